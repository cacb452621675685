import { UsageError } from "@pomona/core";
import { isPasswordHash, verifyPassword } from "./password-hash.ts";

export const roles = ["viewer", "operator"] as const;
/** `viewer` looks; `operator` also pauses, resumes, cancels, retries and submits. */
export type Role = (typeof roles)[number];

export interface User {
  readonly name: string;
  readonly role: Role;
  readonly hash: string;
}

/** Compared with where nobody has the given name, so that a name cannot be told by the time of an answer. */
const nobody = "scrypt.15.8.1.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** Who may come in by a password. */
export class Users {
  readonly #byName: ReadonlyMap<string, User>;

  constructor(users: readonly User[]) {
    this.#byName = new Map(users.map((user) => [user.name, user]));
  }

  get size(): number {
    return this.#byName.size;
  }

  /** Undefined where name or password is wrong; both take the same time. */
  async authenticate(name: string, password: string): Promise<User | undefined> {
    const user = this.#byName.get(name);
    const isRight = await verifyPassword(password, user?.hash ?? nobody);
    return isRight ? user : undefined;
  }
}

/**
 * Reads `name:role:hash` lines; empty ones and those that begin with `#` are left out, and commas separate as well as
 * lines do. Throws {@link UsageError} `bad-users` that names the line, and repeats no hash.
 */
export function parseUsers(text: string, from: string): Users {
  const users: User[] = [];
  for (const [i, line] of text.split(/[\n,]/).entries()) {
    const entry = line.trim();
    if (entry === "" || entry.startsWith("#")) continue;
    const [name = "", role = "", hash = "", ...rest] = entry.split(":");
    const wrong = wrongPart(name, role, hash, rest, users);
    if (wrong !== undefined) {
      throw new UsageError("bad-users", `${from}, entry ${i + 1}: ${wrong}`, {
        remedy: "Each entry is name:role:hash; pomona dashboard user <name> makes one.",
      });
    }
    users.push({ name, role: role as Role, hash });
  }
  return new Users(users);
}

function wrongPart(
  name: string,
  role: string,
  hash: string,
  rest: readonly string[],
  users: readonly User[],
): string | undefined {
  if (!/^[\w.@-]{1,64}$/.test(name)) return "the name has other characters than letters, digits and . _ @ -";
  if (users.some((user) => user.name === name)) return `${name} is there twice`;
  if (!(roles as readonly string[]).includes(role)) return `the role of ${name} is none of ${roles.join(", ")}`;
  if (rest.length > 0 || !isPasswordHash(hash)) return `what follows the role of ${name} is no password hash`;
  return undefined;
}
