// A container's health check: exit code 0 where this page of the process beside it answers with success.
const page = process.argv[2] ?? "http://127.0.0.1:9464/readyz";
try {
  const response = await fetch(page, { signal: AbortSignal.timeout(4000) });
  process.stdout.write((await response.text()).slice(0, 500));
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${page}: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
