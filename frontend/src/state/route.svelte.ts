// Where the reader is: all view state that outlives a reload is in the address.

export const route = $state({ path: location.pathname, query: new URLSearchParams(location.search) });

function follow(): void {
  route.path = location.pathname;
  route.query = new URLSearchParams(location.search);
}

addEventListener("popstate", follow);

const written = (path: string, query: URLSearchParams): string => {
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
};

/** Whether groups are what is looked at. */
export const isReviewing = (): boolean => route.path === "/" || route.path === "/review";

/** Go to another page; `back` returns from it. */
export function go(path: string, query = new URLSearchParams()): void {
  history.pushState(null, "", written(path, query));
  follow();
}

/** Change the view of this page; there is nothing to go back to. */
export function replace(query: URLSearchParams): void {
  history.replaceState(null, "", written(location.pathname, query));
  follow();
}

/** For links: an ordinary click stays in the page, a click for a new tab is the browser's. */
export function link(event: MouseEvent): void {
  const anchor = event.currentTarget as HTMLAnchorElement;
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const to = new URL(anchor.href);
  go(to.pathname, to.searchParams);
}
