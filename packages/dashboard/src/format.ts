/** `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return seconds < 10 && seconds > 0 ? `${seconds.toFixed(1)} s` : `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `just now`, `20 s ago`, `3 h ago`. */
export function formatAgo(at: string | number | undefined, now = Date.now()): string {
  if (at === undefined) return "–";
  const seconds = (now - (typeof at === "number" ? at : Date.parse(at))) / 1000;
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 3) return "just now";
  const steps = [
    [60, 1, "s"],
    [3600, 60, "min"],
    [48 * 3600, 3600, "h"],
    [Number.POSITIVE_INFINITY, 24 * 3600, "d"],
  ] as const;
  const [, size, unit] = steps.find(([below]) => seconds < below) ?? steps[3];
  return `${Math.floor(seconds / size)} ${unit} ago`;
}

/** `1,234`. */
export function formatCount(n: number): string {
  return n.toLocaleString("en-US");
}

/** Images per second: one decimal below 100. */
export function formatRate(perSecond: number | undefined): string {
  if (perSecond === undefined || !Number.isFinite(perSecond)) return "–";
  return perSecond.toLocaleString("en-US", { maximumFractionDigits: perSecond < 100 ? 1 : 0 });
}

/** `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** `82.4 %`; never 100 % before everything is done. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const percent = (100 * part) / whole;
  const shown = part < whole ? Math.min(percent, 99.9) : percent;
  return `${shown >= 10 && shown < 99.9 ? shown.toFixed(1) : Number(shown.toFixed(1))} %`;
}

/** `2026-01-31 12:00:05` in UTC. */
export function formatTime(at: string | undefined): string {
  return at === undefined ? "–" : at.slice(0, 19).replace("T", " ");
}
