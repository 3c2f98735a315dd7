// What helps where there are scripts. Every page does without.
"use strict";

// A button that copies: <button type="button" data-copy="text" data-copied="Copied" hidden>
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 3000);
  });
}

// A button that shares with what the device has: <button type="button" data-share-url data-share-text hidden>
for (const button of document.querySelectorAll("[data-share-url]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ text: button.dataset.shareText, url: button.dataset.shareUrl }).catch(() => {});
  });
}

// A button that prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A choice that acts at once: <select data-submits>
for (const select of document.querySelectorAll("select[data-submits]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// A field that filters what is on the screen: <input data-filters="#list"> hides the rows that lack what is typed.
for (const input of document.querySelectorAll("[data-filters]")) {
  const rows = document.querySelectorAll(`${input.dataset.filters} > *`);
  input.hidden = false;
  input.addEventListener("input", () => {
    const sought = input.value.toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(sought);
  });
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A list that can be gone through by keys: <form data-keys> with [data-row]s, each with radios that say their data-key.
for (const form of document.querySelectorAll("form[data-keys]")) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const help = document.querySelector("[data-help]");
  if (help) help.hidden = false;
  const go = (row) => { (row?.querySelector("input:checked") || row?.querySelector("a"))?.focus(); row?.scrollIntoView({ block: "nearest" }); };
  addEventListener("keydown", (event) => {
    const types = event.target.matches?.("textarea, select, input:not([type=radio])");
    if (types || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = rows.findIndex((it) => it.contains(document.activeElement));
    const arrows = event.target.type !== "radio";
    if (event.key === "j" || (arrows && event.key === "ArrowDown")) go(rows[Math.min(at + 1, rows.length - 1)]);
    else if (event.key === "k" || (arrows && event.key === "ArrowUp")) go(rows[Math.max(at - 1, 0)]);
    else if (event.key === "n") form.querySelector("textarea")?.focus();
    else if (event.key === "?" && help) help.open = !help.open;
    else {
      const radio = at < 0 ? null : rows[at].querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!radio) return;
      radio.checked = true;
      radio.focus();
    }
    event.preventDefault();
  });
}

// A page about something that goes on looks again: <p data-again="5"> after so many seconds.
for (const it of document.querySelectorAll("[data-again]")) setTimeout(() => location.reload(), 1000 * it.dataset.again);
