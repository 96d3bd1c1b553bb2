// What somebody chose or dropped, folders walked through: each file with its plain name and its path in the folder.
const UNWANTED = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

const told = (file, path) => Object.assign(file, { plain: file.name, path });
const wanted = (file) => !UNWANTED.has(file.plain);

export function chosen(files) {
  return [...files].map((file) => told(file, file.webkitRelativePath || file.name)).filter(wanted);
}

export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean); // gone after the first await
  if (!entries.length) return chosen(transfer.files);
  const found = await Promise.all(entries.map(walk));
  return found.flat().filter(wanted);
}

async function walk(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [told(file, entry.fullPath.replace(/^\//, ""))];
  }
  const reader = entry.createReader();
  const found = [];
  for (let some = [null]; some.length; found.push(...some)) {
    some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
  }
  return (await Promise.all(found.filter(Boolean).map(walk))).flat();
}
