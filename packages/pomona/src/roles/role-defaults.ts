/** Of flags that every role has, as `--help` tells them; apart from the roles, which take a second to load. */
export const roleDefaults = { grace: "90", healthHost: "127.0.0.1", healthPort: "9464", logLevel: "info" } as const;
