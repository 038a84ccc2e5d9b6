// A browser without script, as far as the guide's journeys need one: cookies, redirects and forms.

export type Page = {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
  readonly bytes: Buffer;
};

export type Browser = {
  open(url: string): Promise<Page>;
  /** Sends the form of a page that has a field or button of this name, with its hidden fields and what is filled in. */
  send(page: Page, has: string, values?: Readonly<Record<string, string>>): Promise<Page>;
  post(url: string, values: URLSearchParams): Promise<Page>;
};

const unescape = (text: string): string =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}=(?:"([^"]*)"|([^\\s>]+))`).exec(tag);
  return found ? unescape(found[1] ?? found[2] ?? "") : undefined;
};

export function openBrowser(): Browser {
  const jar = new Map<string, Map<string, string>>();

  async function go(url: URL, init: RequestInit, hops = 0): Promise<Page> {
    if (hops > 20) throw new Error(`round and round at ${url.href}`);
    const cookies = jar.get(url.host) ?? new Map<string, string>();
    jar.set(url.host, cookies);
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: {
        ...(init.headers as Record<string, string> | undefined),
        ...(cookies.size > 0 && { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") }),
      },
      signal: AbortSignal.timeout(30_000),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null && response.status < 400) {
      await response.arrayBuffer();
      return go(new URL(location, url), {}, hops + 1);
    }
    const bytes = Buffer.from(await response.arrayBuffer());
    return { url, status: response.status, text: bytes.toString("utf8"), bytes };
  }

  const post = (url: string, values: URLSearchParams): Promise<Page> =>
    go(new URL(url), {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: new URL(url).origin,
        "sec-fetch-site": "same-origin",
      },
      body: values.toString(),
    });

  return {
    open: (url) => go(new URL(url), {}),
    post,
    async send(page, has, values = {}) {
      const form = [...page.text.matchAll(/<form[\s\S]*?<\/form>/g)]
        .map(([text]) => text)
        .find((text) => new RegExp(`name="?${has}["\\s>]`).test(text));
      if (form === undefined)
        throw new Error(
          `no form with ${has} at ${page.url.href} (${page.status}):\n${page.text.slice(0, 4000)}`,
        );
      const fields = new URLSearchParams();
      for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
        const name = attribute(tag, "name");
        const type = attribute(tag, "type");
        const offered = (type !== "checkbox" && type !== "radio") || /\schecked/.test(tag);
        if (name !== undefined && type !== "submit" && offered)
          fields.append(name, attribute(tag, "value") ?? "");
      }
      for (const [name, value] of Object.entries(values)) fields.set(name, value);
      const action = attribute(/<form[^>]*>/.exec(form)?.[0] ?? "", "action") ?? "";
      return post(new URL(action, page.url).href, fields);
    },
  };
}
