/** Of flags of `pomona dashboard`, as `--help` tells them; apart from the dashboard, which takes a second to load. */
export const dashboardDefaults = { host: "127.0.0.1", port: "8080" } as const;
