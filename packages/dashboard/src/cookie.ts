/** The value of a cookie in a `Cookie` header; undefined where it is not there. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const [key, value] = part.split("=", 2);
    if (key?.trim() === name) return value?.trim();
  }
  return undefined;
}

export interface CookieOptions {
  readonly path: string;
  /** Only over https. */
  readonly secure: boolean;
}

/** A `Set-Cookie` header for a value of letters, digits, `-` and `_`: out of reach of scripts and of other sites. */
export function sessionCookie(name: string, value: string, { path, secure }: CookieOptions): string {
  return `${name}=${value}; Path=${path}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

export function clearedCookie(name: string, options: CookieOptions): string {
  return `${sessionCookie(name, "", options)}; Max-Age=0`;
}
