/** A generated page: title, where it comes from, and its parts. */
export function page(title: string, source: string, parts: readonly string[]): string {
  return `${[
    `# ${title}`,
    `_Gemaakt uit ${source}. Verander de bron en geef \`npm run generate\`; een test houdt deze pagina actueel._`,
    ...parts,
  ].join("\n\n")}\n`;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** `code` */
export const code = (text: string): string => `\`${text}\``;
