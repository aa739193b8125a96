import { expect, it } from "vitest";
import { shortened } from "./paths";

it.each([
  [["/home/me/a/x", "/home/me/b/y/z"], ["…/a/x", "…/b/y/z"]],
  [["/home/me/a", "/home/me/a/b"], ["…/a", "…/a/b"]],
  [["/home/me/a", "/home/me/a"], ["…/a", "…/a"]],
  [["/a/b", "/c/d"], ["/a/b", "/c/d"]],
  [["/a/b"], ["/a/b"]],
  [["/a/b/c", ""], ["/a/b/c", ""]],
  [[], []],
])("%o is read as %o", (paths, read) => expect(shortened(paths)).toEqual(read));
