/**
 * Where a form was posted from, by what the browser says of it; no page can make it say something else. `Sec-Fetch-Site` goes first: a
 * browser that hides addresses sends `Origin: null` with our own forms. Every browser of today sends one of the two; what sends
 * neither is no browser, or something took them away.
 * @param header a header of the request by its lower-case name
 * @param own address of the site
 */
export function postedFrom(
  header: (name: string) => string | undefined,
  own: string,
): "own" | "elsewhere" | "unknown" {
  const site = header("sec-fetch-site");
  // "none" is a person who did it without a page, by loading an answer again: then it depends on whose form that was.
  if (site !== undefined && site !== "none") return site === "same-origin" ? "own" : "elsewhere";
  const origin = header("origin");
  if (origin === undefined) return "unknown";
  return origin === new URL(own).origin ? "own" : "elsewhere";
}
