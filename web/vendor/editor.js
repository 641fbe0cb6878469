// The code editor of the page: CodeMirror 6 in a shadow root. There CodeMirror puts its styles into
// adoptedStyleSheets; in the document it would need a <style> element, which the page's
// Content-Security-Policy does not allow.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { wast } from "@codemirror/lang-wast";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

const LANGUAGES = { wat: () => wast(), assemblyscript: () => javascript({ typescript: true }) };

// The page's own colours: custom properties reach into a shadow root, and both themes come with them.
const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", color: "var(--ink)", backgroundColor: "var(--panel)" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--ink-soft)", border: "0" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--raised) 55%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--raised)", color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--focus) 28%, transparent) !important",
  },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-matchingBracket": { backgroundColor: "var(--raised) !important", outline: "1px solid var(--ink-soft)" },
  ".cm-tooltip": { backgroundColor: "var(--panel)", color: "var(--ink)", border: "1px solid var(--line)", maxWidth: "420px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)" },
  ".cm-textfield": { backgroundColor: "var(--panel)", color: "var(--ink)", border: "1px solid var(--line)" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--panel)", color: "var(--ink)", border: "1px solid var(--line)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.controlKeyword], color: "var(--kind-2)" },
  { tag: [tags.typeName, tags.className, tags.typeOperator], color: "var(--kind-1)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--kind-0)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--kind-0)" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--ink-soft)", fontStyle: "italic" },
  { tag: [tags.definition(tags.variableName), tags.function(tags.variableName)], fontWeight: "600" },
]);

/// Puts an editor into `host`. `told` has `changed(text)` and `run()`. Throws when it cannot, and then
/// leaves `host` as it was.
export function create(host, text, language, label, told) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const languageSlot = new Compartment();
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("  "),
        bracketMatching(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        lintGutter(),
        syntaxHighlighting(colours),
        look,
        languageSlot.of(LANGUAGES[language]()),
        EditorView.contentAttributes.of({ "aria-label": label, autocapitalize: "off", spellcheck: "false" }),
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (told.run(), true) }])),
        // Tab indents; Escape and then Tab leaves the editor (CodeMirror's own rule for keyboards).
        keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) told.changed(update.state.doc.toString());
        }),
      ],
    }),
  });

  const position = (line, column) => {
    const { doc } = view.state;
    const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
    return Math.min(found.from + Math.max(column - 1, 0), found.to);
  };
  return {
    /// What stands in it now; nothing happens when it stands there already.
    setText(next) {
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    setLanguage(next) {
      view.dispatch({ effects: languageSlot.reconfigure(LANGUAGES[next]()) });
    },
    /// Marks `lines[i]`, `columns[i]` (from 1; line 0: no place) with `sentences[i]`.
    setErrors(lines, columns, sentences) {
      const diagnostics = sentences.flatMap((message, i) => {
        if (!lines[i]) return [];
        const from = position(lines[i], columns[i]);
        const word = view.state.wordAt(from);
        return [{ from, to: Math.max(word?.to ?? from + 1, from), severity: "error", message }];
      });
      const end = view.state.doc.length;
      for (const d of diagnostics) d.to = Math.min(d.to, end);
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    goTo(line, column) {
      const anchor = position(line, column);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
    },
    end: () => view.destroy(),
  };
}
export { samples } from "./samples.js";
