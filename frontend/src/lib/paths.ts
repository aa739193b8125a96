// Paths beside each other: what all begin with says nothing.

/** The same paths without the folders that all of them begin with. */
export function shortened(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split("/"));
  const [first] = parts;
  if (first === undefined || paths.length < 2 || paths.some((path) => path === "")) return [...paths];
  let same = 0;
  while (parts.every((one) => one.length > same + 1 && one[same] === first[same])) same += 1;
  // A leading slash alone is shorter than the sign that something was left out.
  return same < 2 ? [...paths] : parts.map((one) => `…/${one.slice(same).join("/")}`);
}
