/** A fenced block of a document. */
export type Block = {
  /** Above it, at level two and three; empty when there is none. */
  readonly chapter: string;
  readonly heading: string;
  /** What stands behind the fence: `sh`, `sh tweede-knoop`, `sql`, or nothing. */
  readonly kind: string;
  readonly text: string;
  /** The number of its first line. */
  readonly line: number;
};

/** Every fenced block of a document, in the order of the page; what is indented under a point of a list, without that indent. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let [chapter, heading] = ["", ""];
  let open: { readonly kind: string; readonly indent: string; readonly lines: string[] } | undefined;
  for (const [index, line] of page.split("\n").entries()) {
    if (open) {
      const { kind, indent, lines } = open;
      if (line === `${indent}\`\`\``) {
        blocks.push({ chapter, heading, kind, text: lines.join("\n"), line: index - lines.length + 1 });
        open = undefined;
      } else lines.push(line.startsWith(indent) ? line.slice(indent.length) : line);
    } else {
      const [, indent = "", kind] = /^( *)```(.*)$/.exec(line) ?? [];
      if (kind !== undefined) open = { kind, indent, lines: [] };
      else if (line.startsWith("## ")) [chapter, heading] = [line.slice(3), ""];
      else if (line.startsWith("### ")) heading = line.slice(4);
    }
  }
  if (open) throw new Error(`a block of ${open.kind || "text"} is not closed`);
  return blocks;
}

/**
 * The simple commands of a piece of shell, each as its words: what stands between newlines, `;`, `&`, `|` and brackets, also inside `$(…)`.
 * Enough of a reader for documents: a word in quotes stays one word, comments, redirections and here-documents are left out.
 */
export function commandsOf(shell: string): readonly (readonly string[])[] {
  const text = shell
    .replaceAll(/\\\n/g, " ")
    .replaceAll(/<<-?\s*'?(\w+)'?([^\n]*)\n[\s\S]*?\n\1(?=\n|$)/g, "$2")
    .replaceAll(/\$\(/g, "\n");
  const commands: string[][] = [];
  let words: string[] = [];
  const end = () => {
    const from = words.findIndex((word) => !/^(?:do|then|else|if|until|while|!|\w+=.*)$/.test(word));
    if (from !== -1) commands.push(words.slice(from));
    words = [];
  };
  const token =
    /[ \t]*(?:(#[^\n]*)|([<>]+&?\s*[^\s;|&()]*|\d>&?\S*)|([\n;&|()])|((?:'[^']*'|"[^"]*"|[^\s;&|()<>'"])+)|['"])/gy;
  for (const [, , , separator, word] of text.replaceAll(/[ \t]*\n/g, "\n").matchAll(token)) {
    if (separator !== undefined) end();
    else if (word !== undefined) words.push(word.replaceAll(/['"]/g, ""));
  }
  end();
  return commands;
}
