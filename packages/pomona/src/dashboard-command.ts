import type { Command } from "commander";
import { dashboardDefaults } from "./dashboard/dashboard-defaults.ts";
import { addFlagsOf, addPlaceFlags } from "./option-flags.ts";
import { roleDefaults } from "./roles/role-defaults.ts";
import type { Surroundings } from "./surroundings.ts";

/** `pomona dashboard`, imported when it is asked for: its server is nothing that other commands should wait for. */
export function addDashboardCommand(
  program: Command,
  surroundings: Surroundings,
  finish: (exitCode: number) => void,
): void {
  const { host, port } = dashboardDefaults;
  const { healthHost, healthPort } = roleDefaults;
  const dashboard = addFlagsOf(addPlaceFlags(program.command("dashboard")), ["logLevel"], "How it is told:")
    .helpGroup("The pool:")
    .summary("pages for operators: runs, workers, quarantine, queues")
    .description(
      "Serves what there is to see of a pool and its runs, finished ones too, to whoever may log in. Redis may be away: history is readable without it.",
    )
    .option("--home <location>", "where runs are registered (default: the pool's, or POMONA_HOME)")
    .option("--host <host>", `address that it listens on; others than this machine need users (default ${host})`)
    .option("--port <port>", `port that it listens on (default ${port})`)
    .option("--public-url <url>", "as browsers see it, when a proxy stands before it; its path may be stripped or not")
    .option("--users-file <file>", "who may come in: name:role:hash, one a line (default: POMONA_DASHBOARD_USERS)")
    .option("--auth-header <name>", "a proxy before it says in this header who is there")
    .option("--auth-groups-header <name>", "…and in this one which groups they are in, with commas")
    .option("--operator-group <name>", "members of it may act; everybody else only looks")
    .option("--trusted-proxies <addresses...>", "addresses and networks of that proxy, as 10.0.0.0/8")
    .option("--read-only", "nobody may change anything")
    .option("--allow <places...>", "folders and s3:// prefixes that a submitted run may name")
    .option("--health-port <port>", `serves /healthz, /readyz and /metrics; 0 for none (default ${healthPort})`)
    .option("--health-host <host>", `address that these listen on; 0.0.0.0 for all (default ${healthHost})`)
    .option("--config <file>", "options as JSON; flags and environment win")
    .addHelpText(
      "after",
      "\nExamples:\n  pomona dashboard --redis redis://host:6379\n  pomona dashboard user alice --role operator >> users.txt\n  pomona dashboard --redis redis://host:6379 --host 0.0.0.0 --users-file users.txt\n",
    )
    .action(async (flags) => {
      const { dashboardRole } = await import("./dashboard/dashboard-role.ts");
      finish(await dashboardRole(flags, surroundings));
    });

  dashboard
    .command("user")
    .summary("make a line for the users file")
    .description("Asks for a password, or reads one line of standard input, and prints a line for the users file.")
    .argument("<name>", "letters, digits and . _ @ -")
    .option("--role <role>", "viewer (looks) or operator (also acts) (default viewer)")
    .action(async (name, flags) => {
      const { userCommand } = await import("./dashboard/user-command.ts");
      finish(await userCommand(name, flags, surroundings));
    });
}
