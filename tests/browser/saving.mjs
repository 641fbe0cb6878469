// Files a page saves: into a folder of their own, and read from there.
import { mkdtemp, readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/// Gives a function that presses something and answers with the bytes of the file that is saved then.
export async function saving(page) {
  const folder = await mkdtemp(join(tmpdir(), "consensusforge-"));
  const session = await page.createCDPSession();
  await session.send("Page.setDownloadBehavior", { behavior: "allow", downloadPath: folder });
  const before = new Set();
  return async (press) => {
    await press();
    for (let k = 0; k < 200; k++) {
      await new Promise((later) => setTimeout(later, 100));
      const names = (await readdir(folder)).filter((n) => !n.endsWith(".crdownload") && !before.has(n));
      if (names.length) {
        before.add(names[0]);
        return readFile(join(folder, names[0]));
      }
    }
    throw new Error("nothing was saved");
  };
}
