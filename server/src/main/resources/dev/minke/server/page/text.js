// Text of a model as elements: paragraphs, headings, lists, tables, code. No text becomes markup.

const FENCE = /^\s*(`{3,}|~{3,})/;
const HEADING = /^#{1,6}\s+(.*)/;
const ITEM = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)/;
const ROW = /^\s*\|/;
const RULE = /^\s*\|[\s:|-]+$/;
const INLINE = /(`[^`\n]+`|\*\*[^*\n]+\*\*|(?<![\w*])\*(?=[^\s*])[^*\n]*[^\s*]\*(?![\w*]))/;

/**
 * Shows a text in place of the one that was shown there. What has not changed stays as it is, and
 * with it what a reader has selected.
 */
export function show(target, text) {
  const found = blocks(text);
  const before = target.shown ?? [];
  const now = found.map(({ kind, lines }) => `${kind}\n${lines.join("\n")}`);
  let same = 0;
  while (same < now.length && now[same] === before[same]) {
    same++;
  }
  while (target.children.length > same) {
    target.lastElementChild.remove();
  }
  target.append(...found.slice(same).map(built));
  target.shown = now;
}

/** Lines that belong together, in order: {kind, lines}. */
function blocks(text) {
  const found = [];
  let fence = "";
  let open = false;
  const add = (kind, line) => {
    if (open && found.at(-1).kind === kind && kind !== "heading") {
      found.at(-1).lines.push(line);
    } else {
      found.push({ kind, lines: [line] });
    }
    open = true;
  };
  for (const line of text.split("\n")) {
    const marks = FENCE.exec(line)?.[1] ?? "";
    if (fence) {
      if (marks.startsWith(fence) && line.trim() === marks) {
        fence = "";
        open = false;
      } else {
        found.at(-1).lines.push(line);
      }
    } else if (marks) {
      fence = marks;
      found.push({ kind: "code", lines: [] });
    } else if (!line.trim()) {
      open = false;
    } else if (HEADING.test(line)) {
      add("heading", line);
    } else if (ITEM.test(line)) {
      open &&= !isOfAnotherList(line, found.at(-1));
      add("list", line);
    } else if (open && found.at(-1).kind === "list" && /^\s/.test(line)) {
      add("list", line);
    } else {
      add(ROW.test(line) ? "table" : "text", line);
    }
  }
  return found;
}

/** Numbers end a list of points, and points one of numbers. */
function isOfAnotherList(line, { kind, lines }) {
  if (kind !== "list") {
    return false;
  }
  const [, indent, number] = ITEM.exec(line);
  const [, firstIndent, firstNumber] = ITEM.exec(lines[0]);
  return indent.length <= firstIndent.length && !number !== !firstNumber;
}

function built({ kind, lines }) {
  switch (kind) {
    case "code":
      return element("pre", element("code", lines.join("\n")));
    case "heading":
      return element("h3", ...inline(HEADING.exec(lines[0])[1]));
    case "list":
      return list(lines);
    case "table":
      return lines.length > 1 && RULE.test(lines[1]) ? table(lines) : paragraph(lines);
    default:
      return paragraph(lines);
  }
}

/** Without the space that begins the first word of many models' answers. */
const paragraph = (lines) => element("p", ...inline(lines.join("\n").replace(/^ (?! )/, "")));

/** Items that are indented further are of a list within the item before. */
function list(lines) {
  const nested = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (!item) {
      nested.at(-1).list.lastElementChild.append("\n", ...inline(line.trim()));
      continue;
    }
    const [, { length: indent }, number, text] = item;
    const name = number ? "ol" : "ul";
    const isBehind = (one) =>
      indent < one.indent || (indent === one.indent && one.list.localName !== name);
    while (nested.length > 1 && isBehind(nested.at(-1))) {
      nested.pop();
    }
    if (nested.length === 0 || indent > nested.at(-1).indent) {
      const inner = element(name);
      if (number) {
        inner.start = Number(number);
      }
      nested.at(-1)?.list.lastElementChild.append(inner);
      nested.push({ indent, list: inner });
    }
    nested.at(-1).list.append(element("li", ...inline(text)));
  }
  return nested[0].list;
}

function table(lines) {
  const row = (line, kind) => {
    const cells = line.trim().replace(/^\||\|$/g, "").split("|");
    return element("tr", ...cells.map((cell) => element(kind, ...inline(cell.trim()))));
  };
  const head = element("thead", row(lines[0], "th"));
  const body = element("tbody", ...lines.slice(2).map((line) => row(line, "td")));
  // It may be wider than the page.
  const box = element("div", element("table", head, body));
  box.className = "wide";
  return box;
}

function inline(text) {
  return text.split(INLINE).map((part, index) => {
    if (index % 2 === 0) {
      return part;
    }
    if (part.startsWith("`")) {
      return element("code", part.slice(1, -1));
    }
    return part.startsWith("**")
      ? element("strong", part.slice(2, -2))
      : element("em", part.slice(1, -1));
  });
}

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}
