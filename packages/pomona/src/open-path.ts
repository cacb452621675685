/** Shows a file or address to the person at the machine. One without a desktop is no reason to fail. */
export async function openPath(path: string, notice: (message: string) => void): Promise<void> {
  try {
    const { default: open } = await import("open");
    const child = await open(path);
    child.once("error", (error) => notice(`--open: ${error.message}; open ${path} yourself`));
  } catch (error) {
    notice(`--open: ${error instanceof Error ? error.message : error}; open ${path} yourself`);
  }
}
