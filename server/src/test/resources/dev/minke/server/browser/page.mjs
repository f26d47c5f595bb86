// The chat page in a Chromium, against two servers with the scripted model (see ScriptedModel): one
// with room, and a small one that wants a key and answers one request at a time.
//
// Each case begins in a browser that remembers nothing. It fails by what it asserts, by anything
// that the page complains of, and by any request to another host. Prints "ok NAME" or "not ok NAME",
// then the failure in lines that begin with "# ".

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// Installed under target, so it is not found from where this file lies.
const require = createRequire(process.env.MINKE_MODULES + "/");
const { chromium } = (await import(pathToFileURL(require.resolve("playwright-core")))).default;

const URL_OF = process.env.MINKE_URL;
const SMALL = process.env.MINKE_SMALL_URL;
const KEY = process.env.MINKE_KEY;
const PICTURES = process.env.MINKE_PICTURES;
const CHAT = "**/v1/chat/completions";

/** Of WCAG 2.1, for text of this size (AA). */
const LEAST_CONTRAST = 4.5;

// ---- what cases do

async function until(what, condition, millis = 15_000) {
  const end = Date.now() + millis;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

async function open(page, url = URL_OF) {
  await page.goto(url);
  await until("models are listed", () => page.locator("#model option").count());
}

async function say(page, text) {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

const answers = (page) => page.locator("article.assistant");
const written = (page) => answers(page).last().locator(":scope > .text").innerText();
const problem = (page) => answers(page).last().locator(".problem").innerText();

const isOver = (page) => until("it is over", () => page.locator("#send").isVisible());

async function lengths(page, count) {
  const seen = new Set();
  await until(`${count} lengths were seen`, async () => {
    seen.add((await written(page)).length);
    return seen.size >= count;
  });
  return [...seen];
}

const isIdle = () =>
  until("the server has nothing to do", async () => {
    const metrics = await (await fetch(`${URL_OF}/metrics`)).text();
    return / 0(\.0)?$/m.test(metrics.match(/^llamacpp:requests_processing.*$/m)[0]);
  });

const chunk = (delta, finish = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const END = `${chunk({}, "stop")}data: [DONE]\n\n`;

/** The server answers with these bodies, one after the other. */
async function scripted(page, ...bodies) {
  const asked = [];
  await page.route(CHAT, (route) => {
    asked.push(route.request().postDataJSON());
    const body = bodies[Math.min(asked.length, bodies.length) - 1];
    return route.fulfill({ contentType: "text/event-stream", body });
  });
  return asked;
}

/** What is asked of the server, which answers by itself. */
function overheard(page) {
  const asked = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/v1/chat/completions")) asked.push(request.postDataJSON());
  });
  return asked;
}

const picture = (page, name) => page.screenshot({ path: `${PICTURES}/${name}.png` });

const overhang = (page) =>
  page.evaluate(() => {
    const wide = [document.documentElement, document.body, document.querySelector("main")];
    return Math.max(...wide.map((one) => one.scrollWidth - one.clientWidth));
  });

/** Least contrast of any text on the page with what is behind it, and whose it is. */
const contrast = (page) =>
  page.evaluate(() => {
    const numbers = (color) => color.match(/[\d.]+/g).map(Number);
    const luminance = (rgb) => {
      const [r, g, b] = rgb.map((one) => {
        const c = one / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      for (let one = element; one; one = one.parentElement) {
        const [r, g, b, alpha = 1] = numbers(getComputedStyle(one).backgroundColor);
        if (alpha === 1) return [r, g, b];
      }
      return [255, 255, 255];
    };
    const all = [...document.body.querySelectorAll("*")].filter(
      (one) =>
        one.checkVisibility() &&
        ([...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) ||
          one.matches("input, textarea, select")),
    );
    return all
      .flatMap((one) => {
        const pseudo = one.matches("input, textarea") ? [null, "::placeholder"] : [null];
        return pseudo.map((which) => {
          const ink = luminance(numbers(getComputedStyle(one, which).color).slice(0, 3));
          const back = luminance(behind(one));
          const ratio = (Math.max(ink, back) + 0.05) / (Math.min(ink, back) + 0.05);
          return { ratio, whose: `${one.tagName} ${one.className || one.id} ${which ?? ""}` };
        });
      })
      .reduce((a, b) => (a.ratio < b.ratio ? a : b));
  });

const LONG_TEXT = [
  "Blue light is scattered **much more** than red light, as `1/λ⁴` says:",
  "```python\nfor wavelength in (450, 700):\n    print(f\"{wavelength} nm scatters\", (700 / wavelength) ** 4, \"times as much\")\n```",
  "### Why not violet?\n\n1. The sun sends less of it.\n2. Our eyes see less of it.\n   - Cones for blue see *some* red.\n- And_so_on_and_on_without_any_space_in_it_that_a_line_could_be_broken_at_anywhere_at_all",
  "| colour | nm |\n|---|---|\n| blue | 450 |\n| red | 700 |",
].join("\n\n");

// ---- the cases

const cases = {
  async "loads nothing from elsewhere, and could not"(page, { complaints }) {
    const response = await page.goto(URL_OF);
    const policy = response.headers()["content-security-policy"];
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    await until("models are listed", () => page.locator("#model option").count());
    assert.equal(await page.locator("#model").inputValue(), "scripted");
    assert.equal(complaints.length, 0);
    const refused = await page.evaluate(async () => {
      const refused = [];
      document.addEventListener("securitypolicyviolation", (e) => refused.push(e.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.hit = true";
      document.body.append(script);
      new Image().src = "http://elsewhere.invalid/a.png";
      await fetch("http://elsewhere.invalid/").catch(() => {});
      document.body.setAttribute("style", "color: red");
      await new Promise((resolve) => setTimeout(resolve, 200));
      return [window.hit, ...refused.sort()];
    });
    assert.deepEqual(refused, [
      undefined, "connect-src", "img-src", "script-src-elem", "style-src-attr",
    ]);
    complaints.length = 0;
  },

  async "an answer comes in, bit by bit"(page) {
    await open(page);
    await say(page, "Sing!");
    const seen = await lengths(page, 4);
    assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
    await page.click("#stop");
    await isOver(page);
    assert.match(await written(page), /^la( la)+$/);
    await isIdle();
  },

  async "a whole answer has its figures"(page) {
    await open(page);
    await say(page, "Why?");
    await isOver(page);
    assert.equal(await written(page), "The sky is blue.");
    assert.match(await answers(page).locator(".foot").innerText(), /3 tokens/);
    assert.equal(await answers(page).locator(".problem").count(), 0);
    assert.equal(await answers(page).locator("details").isVisible(), false);
  },

  async "a thought is folded when it is over, and opens"(page) {
    await open(page);
    await page.click("#settings-button");
    await page.selectOption("#thinking", "enabled");
    await page.click("#settings-button");
    await say(page, "Why?");
    await isOver(page);
    const thought = answers(page).locator("details");
    assert.equal(await written(page), "The sky is blue.");
    assert.equal(await thought.locator("summary").innerText(), "Thought");
    assert.equal(await thought.locator(".text").isVisible(), false);
    await thought.locator("summary").click();
    assert.equal(await thought.locator(".text").innerText(), "Light scatters.");
    await say(page, "Muse!");
    await until("it muses", async () => /hm hm/.test(await answers(page).last().innerText()));
    const musing = answers(page).last().locator("details");
    assert.match(await musing.locator("summary").innerText(), /Thinking/);
    await musing.locator("summary").click();
    await page.waitForTimeout(200);
    assert.equal(await musing.locator(".text").isVisible(), false, "whoever folds it has it folded");
    await page.keyboard.press("Escape");
    await isOver(page);
    await isIdle();
  },

  async "stop keeps what was written, over a reload too"(page) {
    await open(page);
    for (const stop of [() => page.click("#stop"), () => page.keyboard.press("Escape")]) {
      await say(page, "Sing!");
      await lengths(page, 3);
      await stop();
      await isOver(page);
      assert.equal(await problem(page), "Stopped.");
      const text = await written(page);
      assert.match(text, /^la( la)*$/);
      await isIdle();
      await page.waitForTimeout(200);
      assert.equal(await written(page), text);
      await page.reload();
      assert.equal(await written(page), text);
      assert.equal(await problem(page), "Stopped.");
    }
    assert.equal(await answers(page).count(), 2);
  },

  async "a page that is left keeps what was written"(page) {
    await open(page);
    await say(page, "Sing!");
    await lengths(page, 3);
    await page.reload();
    await isIdle();
    assert.match(await written(page), /^la( la)*$/);
    assert.equal(await problem(page), "Stopped.");
    await press(page, "Try again");
    await lengths(page, 3);
    await press(page, "New chat");
    await isIdle();
    assert.equal(await page.locator("article").count(), 0);
    await say(page, "Why?");
    await isOver(page);
    assert.equal(await page.locator("article").count(), 2);
    assert.equal(await written(page), "The sky is blue.");
  },

  async "regenerate replaces the last answer"(page) {
    const asked = await scripted(
      page,
      chunk({ content: "One." }) + END,
      chunk({ content: "Two." }) + END,
      chunk({ content: "Three." }) + END,
    );
    await open(page);
    await say(page, "a");
    await isOver(page);
    await say(page, "b");
    await isOver(page);
    assert.equal(await page.getByText("Regenerate").count(), 1);
    assert.equal(await page.getByText("Copy").count(), 2);
    await press(page, "Regenerate");
    await until("it is there", async () => (await written(page)) === "Three.");
    await isOver(page);
    assert.deepEqual(await page.locator("article > .text").allInnerTexts(), [
      "a", "One.", "b", "Three.",
    ]);
    const talk = [
      { role: "user", content: "a" },
      { role: "assistant", content: "One." },
      { role: "user", content: "b" },
    ];
    assert.deepEqual(asked.map((body) => body.messages), [talk.slice(0, 1), talk, talk]);
  },

  async "parameters reach the server, and nothing else does"(page) {
    const asked = overheard(page);
    await open(page);
    await say(page, "Why?");
    await isOver(page);
    const plain = {
      model: "scripted",
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: "Why?" }],
    };
    assert.deepEqual(asked[0], plain);
    await press(page, "New chat");
    await page.click("#settings-button");
    const numbers = { temperature: 0.65, top_p: 0.9, top_k: 40, seed: 7, max_tokens: 2 };
    for (const [id, value] of Object.entries(numbers)) await page.fill(`#${id}`, String(value));
    await page.fill("#system", "Be brief.");
    await page.selectOption("#thinking", "disabled");
    await say(page, "Why?");
    await isOver(page);
    const messages = [{ role: "system", content: "Be brief." }, ...plain.messages];
    assert.deepEqual(asked[1], { ...plain, ...numbers, thinking: { type: "disabled" }, messages });
    assert.equal(await written(page), "The sky is blue");
    assert.match(await problem(page), /Cut off/);
    await page.reload();
    assert.equal(await page.inputValue("#temperature"), "0.65");
    assert.equal(await page.inputValue("#system"), "Be brief.");
  },

  async "what the server refuses is one line"(page, { complaints }) {
    await open(page);
    await page.click("#settings-button");
    await page.fill("#temperature", "9");
    await say(page, "Why?");
    await isOver(page);
    assert.equal(await problem(page), "temperature: expected a number from 0 to 2, found 9");
    await page.fill("#temperature", "");
    await press(page, "Try again");
    await until("it is there", async () => (await written(page)) === "The sky is blue.");
    assert.equal(await answers(page).count(), 1);
    assert.match(complaints.splice(0).join(), /status of 400/);
  },

  async "a key is asked for, a full line and a full context are said"(page, { complaints }) {
    await page.goto(SMALL);
    await until("it is said", async () => /API key/.test(await page.innerText("#note")));
    assert.ok(await page.locator("#key").isVisible());
    await page.fill("#key", KEY);
    await page.press("#key", "Tab");
    await until("models are listed", () => page.locator("#model option").count());
    await page.click("#settings-button");
    await say(page, "x".repeat(70_000));
    await isOver(page);
    assert.match(await problem(page), /expected 1 to 65535 tokens.*found \d+/);
    await press(page, "New chat");
    const singing = new AbortController();
    await fetch(`${SMALL}/v1/chat/completions`, {
      method: "POST",
      headers: { Authorization: `Bearer ${KEY}` },
      body: '{"messages": [{"role": "user", "content": "Sing!"}], "stream": true}',
      signal: singing.signal,
    });
    await say(page, "Why?");
    await isOver(page);
    const full = await problem(page);
    assert.match(full, /wait already/);
    assert.doesNotMatch(full, /[\n{}]|Error/);
    singing.abort();
    await until("there is room", async () => {
      await press(page, "Try again");
      await isOver(page);
      return (await written(page)) === "The sky is blue.";
    });
    assert.equal(await answers(page).count(), 1);
    const said = new Set(complaints.splice(0).map((one) => one.match(/status of (\d+)/)?.[1] ?? one));
    assert.deepEqual([...said], ["401", "400", "503"]);
  },

  async "a server that is busy, broken or gone is one line"(page, { complaints }) {
    await open(page);
    const busy = "requests: 64 wait already; try again in 3 s";
    const cases = [
      [{ status: 429, json: { error: { message: busy } } }, busy],
      [{ status: 502, body: "<html><h1>Bad gateway</h1></html>" }, /502/],
      [{ body: chunk({ content: "Half an" }) }, /ended before/],
      [{ body: chunk({ content: "Half an" }) + 'data: {"error": {"message": "memory: none"}}\n\n' }, "memory: none"],
      [null, /server.*not answer/],
    ];
    for (const [answer, expected] of cases) {
      await press(page, "New chat");
      await page.route(CHAT, (route) => (answer ? route.fulfill(answer) : route.abort()));
      await say(page, "Why?");
      await isOver(page);
      const found = await problem(page);
      assert.ok(expected === found || (expected.test && expected.test(found)), found);
      assert.doesNotMatch(found, /[\n<>{}]|Error|undefined/);
      if (answer?.body?.includes("Half")) assert.equal(await written(page), "Half an");
      await page.unroute(CHAT);
      await press(page, "Try again");
      await until("it is there", async () => (await written(page)) === "The sky is blue.");
      await isOver(page);
    }
    complaints.length = 0;
  },

  async "what is said is text, whatever it looks like"(page) {
    const nasty = [
      "<img src=x onerror=\"window.hit = 'img'\">",
      "<script>window.hit = 'script'</script>",
      "<a href=\"javascript:window.hit=1\">a</a> [b](javascript:window.hit=1)",
      "`<b>code</b>` **<i>strong</i>** # <u>head</u>",
      "- <img src=y onerror=window.hit=2>",
      "| <img src=y onerror=window.hit=2> |\n|---|\n| <svg onload=window.hit=3> |",
      "```<script>\n<iframe srcdoc=\"<script>parent.hit = 'frame'</script>\"></iframe>\n```",
    ].join("\n\n");
    await scripted(page, chunk({ reasoning_content: nasty }) + chunk({ content: nasty }) + END);
    await open(page);
    await say(page, nasty);
    await isOver(page);
    await answers(page).locator("summary").click();
    await page.reload();
    await until("it is there", () => answers(page).count());
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.locator("main :is(img, script, iframe, svg, a, b, i, u)").count(), 0);
    const text = await written(page);
    for (const part of ["<img src=x onerror=\"window.hit = 'img'\">", "<b>code</b>", "<iframe srcdoc"]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    assert.ok((await page.locator("article.user > .text").innerText()).includes("<script>window.hit"));
  },

  async "code, lists and headings look like that"(page) {
    await scripted(page, chunk({ content: LONG_TEXT }) + END);
    await open(page);
    await say(page, "Why?");
    await isOver(page);
    const text = answers(page).locator(":scope > .text");
    assert.match(await text.locator("pre code").innerText(), /^for wavelength.*\n    print/);
    assert.equal(await text.locator("strong").innerText(), "much more");
    assert.equal(await text.locator("p code").first().innerText(), "1/λ⁴");
    assert.equal(await text.getByRole("heading").innerText(), "Why not violet?");
    await page.evaluate(() => navigator.clipboard.writeText("nothing"));
    await press(page, "Copy");
    await until("it is copied", async () =>
      (await page.evaluate(() => navigator.clipboard.readText())) === LONG_TEXT);
  },

  async "marks become elements where they are meant"(page) {
    await open(page);
    for (const [text, html] of [
      [" a\nb\n\nc", "<p>a\nb</p><p>c</p>"],
      ["2*3*4, a * b * c, **x**, *y*", "<p>2*3*4, a * b * c, <strong>x</strong>, <em>y</em></p>"],
      ["`*a*` and `b", "<p><code>*a*</code> and `b</p>"],
      ["# A\nb\n#c", "<h3>A</h3><p>b\n#c</p>"],
      ["a:\n- b\n  c\n- d", "<p>a:</p><ul><li>b\nc</li><li>d</li></ul>"],
      ["2. a\n   - b\n   1. c\n3. d", '<ol start="2"><li>a<ul><li>b</li></ul><ol start="1"><li>c</li></ol></li><li>d</li></ol>'],
      ["1. a\n- b", '<ol start="1"><li>a</li></ol><ul><li>b</li></ul>'],
      ["  - a\n- b", "<ul><li>a</li><li>b</li></ul>"],
      ["```\n# a\n\n- b\n```\nc", "<pre><code># a\n\n- b</code></pre><p>c</p>"],
      ["````md\n```\na\n```\n````", "<pre><code>```\na\n```</code></pre>"],
      ["```js\nlet a", "<pre><code>let a</code></pre>"],
      ["| a | b |\n|---|:-:|\n| 1 | |", '<div class="wide"><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td></td></tr></tbody></table></div>'],
      ["|x| = 1", "<p>|x| = 1</p>"],
    ]) {
      const made = await page.evaluate(async (text) => {
        const { show } = await import("./text.js");
        const whole = document.createElement("div");
        show(whole, text);
        const growing = document.createElement("div");
        for (let end = 1; end <= text.length; end++) show(growing, text.slice(0, end));
        return [whole.innerHTML, growing.innerHTML];
      }, text);
      assert.deepEqual(made, [html, html]);
    }
  },

  async "the keyboard is enough"(page) {
    await open(page);
    assert.equal(await page.evaluate(() => document.activeElement.id), "text");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("article").count(), 0);
    const height = (await page.locator("#text").boundingBox()).height;
    await page.keyboard.type("Si");
    await page.keyboard.press("Shift+Enter");
    assert.equal(await page.inputValue("#text"), "Si\n");
    assert.ok((await page.locator("#text").boundingBox()).height > height, "the box grows");
    await page.keyboard.press("Backspace");
    await page.keyboard.type("ng!");
    await page.keyboard.press("Enter");
    assert.equal(await page.inputValue("#text"), "");
    await lengths(page, 3);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), "stop");
    await page.keyboard.press("Enter");
    await isOver(page);
    assert.equal(await problem(page), "Stopped.");
    assert.equal(await page.evaluate(() => document.activeElement.id), "text");
    const visited = [];
    while (!visited.includes("Try again") && visited.length < 20) {
      await page.keyboard.press("Shift+Tab");
      visited.push(await page.evaluate(() => document.activeElement.textContent));
    }
    await page.keyboard.press("Enter");
    await until("it sings again", () => page.locator("#stop").isVisible());
    await lengths(page, 3);
    await page.keyboard.press("Escape");
    await isOver(page);
    assert.equal(await answers(page).count(), 1);
    await isIdle();
  },

  async "nobody is scrolled away from what he reads"(page) {
    const long = Array.from({ length: 80 }, (_, i) => `Line ${i}.`).join("\n\n");
    await scripted(page, chunk({ content: long }) + END);
    await open(page);
    await say(page, "a");
    await isOver(page);
    const top = () => page.evaluate(() => document.querySelector("main").scrollTop);
    assert.ok((await top()) > 200, "it follows the text");
    await page.unroute(CHAT);
    await say(page, "Sing!");
    await lengths(page, 3);
    await page.mouse.move(300, 300);
    await page.mouse.wheel(0, -800);
    await page.waitForTimeout(300);
    const read = await top();
    await lengths(page, 4);
    assert.equal(await top(), read);
    await page.keyboard.press("Escape");
    await isOver(page);
    await page.waitForTimeout(100);
    assert.equal(await top(), read);
    await isIdle();
  },
};

/** Looks in each scheme and on a phone. */
for (const [name, scheme, viewport] of [
  ["light", "light", { width: 1000, height: 760 }],
  ["dark", "dark", { width: 1000, height: 760 }],
  ["phone", "light", { width: 360, height: 740 }],
  ["phone-dark", "dark", { width: 360, height: 740 }],
]) {
  cases[`can be read: ${name}`] = async (page) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize(viewport);
    await page.route("**/v1/models", (route) =>
      route.fulfill({ json: { data: [{ id: "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M-00001-of-00002" }] } }));
    const looks = async (what) => {
      assert.ok((await overhang(page)) <= 0, `${what}: expected no horizontal scrollbar`);
      const { ratio, whose } = await contrast(page);
      assert.ok(ratio >= LEAST_CONTRAST, `${what}: contrast of ${whose} is ${ratio.toFixed(2)}`);
      await picture(page, `${name}-${what}`);
    };
    await open(page);
    await looks("empty");
    const usage = `data: ${JSON.stringify({
      choices: [],
      usage: { prompt_tokens: 1234, completion_tokens: 321, prompt_cache_hit_tokens: 1200 },
    })}\n\n`;
    await scripted(
      page,
      chunk({ reasoning_content: "They ask about the sky. Rayleigh, then." }) +
        chunk({ content: LONG_TEXT }) + usage + END,
      chunk({ reasoning_content: "Let me see." }) + chunk({ content: "Because it is" }),
    );
    await say(page, "Why is the sky blue?\nAnd why is it not violet, which is scattered even more?");
    await isOver(page);
    await looks("answer");
    await say(page, "Thanks. And at sunset?");
    await isOver(page);
    await answers(page).last().locator("summary").click();
    await looks("problem");
    await page.click("#settings-button");
    await looks("settings");
    await page.unroute(CHAT);
    await page.unroute("**/v1/models");
    await page.click("#settings-button");
    await press(page, "New chat");
    await page.reload();
    await until("models are listed", () => page.locator("#model option").count());
    await say(page, "Sing!");
    await lengths(page, 4);
    await looks("busy");
    await page.keyboard.press("Escape");
    await isOver(page);
    await isIdle();
  };
}

// ---- running them

const chosen = process.argv.slice(2);
const isRoot = process.getuid?.() === 0;
const browser = await chromium.launch({
  executablePath: process.env.MINKE_CHROMIUM,
  // Chromium has no sandbox for root; and it is to speak to nobody but the page's server.
  args: [
    ...(isRoot ? ["--no-sandbox"] : []),
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
});
let failed = false;
for (const [name, run] of Object.entries(cases)) {
  if (chosen.length > 0 && !chosen.some((one) => name.includes(one))) continue;
  const context = await browser.newContext({
    viewport: { width: 900, height: 640 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = [];
  page.on("console", (one) => {
    if (["error", "warning"].includes(one.type())) complaints.push(one.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (![URL_OF, SMALL].includes(origin)) complaints.push(`a request to ${request.url()}`);
  });
  try {
    await run(page, { complaints });
    assert.deepEqual(complaints, []);
    console.log("ok", name);
  } catch (error) {
    failed = true;
    console.log("not ok", name);
    console.log(error.stack.replace(/^/gm, "# "));
    await page.screenshot({ path: `${PICTURES}/failed-${name.replace(/\W+/g, "-")}.png` });
  }
  await context.close();
}
await browser.close();
process.exitCode = failed ? 1 : 0;
