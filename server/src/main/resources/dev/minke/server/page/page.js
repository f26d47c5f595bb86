// The chat page: one conversation, kept in this browser, asked through /v1/chat/completions.

const $ = (id) => document.getElementById(id);
const NUMBERS = ["temperature", "top_p", "top_k", "seed", "max_tokens"];
const SETTINGS = ["system", "thinking", "key", ...NUMBERS];
const KEPT = "minke.chat";

/** Messages as {role, content, reasoning}; the last may be one that is being answered. */
let messages = [];
let underWay = null;

// ---- what is kept

function keep() {
  const settings = Object.fromEntries(SETTINGS.map((id) => [id, $(id).value]));
  try {
    localStorage.setItem(KEPT, JSON.stringify({ messages, settings, model: $("model").value }));
  } catch {
    // A browser that keeps nothing still talks.
  }
}

function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

// ---- text

/** Paragraphs, fenced code and code within lines, as elements: no text of a model becomes markup. */
function show(target, text) {
  const parts = [];
  text.split(/^```/m).forEach((part, index) => {
    if (index % 2 === 1) {
      const pre = document.createElement("pre");
      const code = document.createElement("code");
      code.textContent = part.replace(/^[^\n]*\n?/, "").replace(/\n$/, "");
      pre.append(code);
      parts.push(pre);
    } else {
      for (const paragraph of part.split(/\n{2,}/)) {
        if (paragraph.trim()) {
          const p = document.createElement("p");
          p.append(...inline(paragraph.replace(/^\n|\n$/g, "")));
          parts.push(p);
        }
      }
    }
  });
  target.replaceChildren(...parts);
}

function inline(text) {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).map((part) => {
    if (/^`.+`$/.test(part)) {
      const code = document.createElement("code");
      code.textContent = part.slice(1, -1);
      return code;
    }
    if (/^\*\*.+\*\*$/.test(part)) {
      const strong = document.createElement("strong");
      strong.textContent = part.slice(2, -2);
      return strong;
    }
    return part;
  });
}

// ---- the conversation on the page

function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

function draw(message) {
  const box = document.createElement("article");
  box.className = message.role;
  box.setAttribute("aria-label", message.role === "user" ? "You" : "Answer");
  const thought = document.createElement("details");
  const summary = document.createElement("summary");
  const thoughtText = document.createElement("div");
  thoughtText.className = "text";
  thought.append(summary, thoughtText);
  const text = document.createElement("div");
  text.className = "text";
  const foot = document.createElement("div");
  foot.className = "foot";
  box.append(thought, text, foot);
  const view = { box, thought, summary, thoughtText, text, foot };
  update(view, message, false);
  return view;
}

function update(view, message, busy) {
  const thinks = busy && message.reasoning && !message.content;
  view.thought.hidden = !message.reasoning;
  if (message.reasoning) {
    show(view.thoughtText, message.reasoning);
    view.summary.textContent = thinks ? "Thinking…" : "Thought";
  }
  if (view.wasThinking !== thinks) {
    view.thought.open = Boolean(thinks);
    view.wasThinking = thinks;
  }
  show(view.text, message.content);
  view.text.classList.toggle("busy", busy);
}

function redraw() {
  const talk = $("talk");
  talk.replaceChildren();
  if (messages.length === 0) {
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.textContent = "Ask something. What you say goes to this server and nowhere else.";
    talk.append(hint);
  }
  messages.forEach((message, index) => {
    const view = draw(message);
    if (message.role === "assistant") {
      finish(view, message, index === messages.length - 1);
    }
    talk.append(view.box);
  });
  toEnd();
}

function finish(view, message, isLast) {
  view.foot.replaceChildren();
  if (message.problem) {
    const problem = document.createElement("span");
    problem.className = "problem";
    problem.textContent = message.problem;
    view.foot.append(problem);
  }
  if (message.content) {
    view.foot.append(button("Copy", () => navigator.clipboard?.writeText(message.content)));
  }
  if (isLast) {
    view.foot.append(button(message.problem ? "Try again" : "Regenerate", regenerate));
  }
  if (message.facts) {
    const facts = document.createElement("span");
    facts.textContent = message.facts;
    view.foot.append(facts);
  }
}

function nearEnd() {
  const talk = $("talk");
  return talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
}

function toEnd() {
  $("talk").scrollTop = $("talk").scrollHeight;
}

// ---- asking

function request() {
  const body = { model: $("model").value, stream: true, stream_options: { include_usage: true } };
  for (const id of NUMBERS) {
    if ($(id).value !== "") {
      body[id] = Number($(id).value);
    }
  }
  if ($("thinking").value) {
    body.thinking = { type: $("thinking").value };
  }
  const system = $("system").value.trim();
  body.messages = system ? [{ role: "system", content: system }] : [];
  for (const { role, content } of messages.filter((one) => one.role === "user" || one.content)) {
    body.messages.push({ role, content });
  }
  return body;
}

function headers() {
  const key = $("key").value;
  return key ? { Authorization: `Bearer ${key}` } : {};
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data: ") && line !== "data: [DONE]") {
        yield JSON.parse(line.slice(6));
      }
    }
  }
}

async function problemOf(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return `the server answered ${response.status}`;
  }
}

async function answer() {
  const body = request();
  const message = { role: "assistant", content: "", reasoning: "" };
  messages.push(message);
  $("talk").querySelectorAll(".foot button").forEach((one) => one.remove());
  const view = draw(message);
  $("talk").append(view.box);
  underWay = new AbortController();
  busy(true);
  const begin = performance.now();
  let first = 0;
  let usage = null;
  let drawing = false;
  const render = () => {
    drawing = false;
    const follows = nearEnd();
    update(view, message, underWay !== null);
    if (follows) {
      toEnd();
    }
  };
  render();
  toEnd();
  try {
    const response = await fetch("v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers() },
      body: JSON.stringify(body),
      signal: underWay.signal,
    });
    if (!response.ok) {
      throw new Error(await problemOf(response));
    }
    for await (const event of events(response)) {
      if (event.error) {
        throw new Error(event.error.message);
      }
      usage = event.usage ?? usage;
      const choice = event.choices[0];
      if (choice) {
        first ||= performance.now();
        message.content += choice.delta.content ?? "";
        message.reasoning += choice.delta.reasoning_content ?? "";
        if (choice.finish_reason === "length") {
          message.problem = "Cut off: as many tokens as there may be.";
        }
      }
      if (!drawing) {
        drawing = true;
        requestAnimationFrame(render);
      }
    }
  } catch (failure) {
    message.problem = failure.name === "AbortError" ? "Stopped." : failure.message;
    if (message.problem.startsWith("API key")) {
      openSettings(true);
      $("key").focus();
    }
  }
  if (usage) {
    const seconds = (performance.now() - first) / 1000;
    const speed = seconds > 0 ? (usage.completion_tokens / seconds).toFixed(1) : "–";
    message.facts =
      `${usage.completion_tokens} tokens, ${speed} a second; first after ` +
      `${((first - begin) / 1000).toFixed(1)} s; prompt ${usage.prompt_tokens}, ` +
      `${usage.prompt_cache_hit_tokens} of it remembered`;
  }
  underWay = null;
  busy(false);
  update(view, message, false);
  finish(view, message, true);
  keep();
  $("text").focus();
}

function regenerate() {
  if (!underWay && messages.at(-1)?.role === "assistant") {
    messages.pop();
    redraw();
    answer();
  }
}

function busy(is) {
  $("stop").hidden = !is;
  $("send").hidden = is;
}

function openSettings(open) {
  $("settings").hidden = !open;
  $("settings-button").setAttribute("aria-expanded", String(open));
}

// ---- what the user does

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text || underWay) {
    return;
  }
  $("text").value = "";
  grow();
  messages.push({ role: "user", content: text });
  redraw();
  keep();
  answer();
});

function grow() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("ask").requestSubmit();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    underWay?.abort();
  }
});
$("stop").addEventListener("click", () => underWay?.abort());
$("new").addEventListener("click", () => {
  underWay?.abort();
  messages = [];
  keep();
  redraw();
  $("text").focus();
});
$("settings-button").addEventListener("click", () => openSettings($("settings").hidden));
$("settings").addEventListener("change", () => {
  keep();
  models();
});
$("settings").addEventListener("submit", (event) => event.preventDefault());
$("model").addEventListener("change", keep);

async function models() {
  const chosen = $("model").value || recall().model;
  try {
    const response = await fetch("v1/models", { headers: headers() });
    if (!response.ok) {
      throw new Error(await problemOf(response));
    }
    const names = (await response.json()).data.map((one) => one.id);
    $("model").replaceChildren(...names.map((name) => new Option(name, name)));
    if (names.includes(chosen)) {
      $("model").value = chosen;
    }
    $("note").textContent = "Enter sends, Shift+Enter begins a new line, Esc stops.";
  } catch (failure) {
    $("note").textContent = failure.message;
    openSettings(true);
  }
}

const kept = recall();
messages = kept.messages ?? [];
for (const id of SETTINGS) {
  $(id).value = kept.settings?.[id] ?? "";
}
redraw();
models();
