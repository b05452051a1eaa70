// Finds the string literals of a module, for tests that look at what it says.
// It knows as much of JavaScript as the modules of this repository use.
// @ts-check

/** @typedef {{text: string, before: string, line: number}} Literal its words, with \u0001 in place of each value; the source before it; where it stands */

const VALUE = "\u0001";
/** After these, a slash begins a regular expression. */
const OPERATOR = /(?:^|[(,=:[!&|?{};>]|\breturn)\s*$/;

/** @param {string} source @returns {Literal[]} */
export function literals(source) {
  return new Scanner(source).all();
}

class Scanner {
  /** @type {Literal[]} */
  #found = [];
  /** The templates whose values are being read, and the braces that are open in each. @type {{literal: Literal, braces: number}[]} */
  #templates = [];
  #at = 0;
  /** The source without what is no code: what came before decides what a slash is. */
  #code = "";

  /** @param {string} source */
  constructor(source) {
    this.source = source;
  }

  all() {
    while (this.#at < this.source.length) this.#step();
    return this.#found;
  }

  #step() {
    const rest = this.source.slice(this.#at);
    const c = rest[0];
    const comment = /^(?:\/\/.*|\/\*[^]*?\*\/)/.exec(rest);
    if (comment) return void (this.#at += comment[0].length);
    if (c === '"' || c === "'") return this.#string(rest);
    if (c === "`") return this.#template(this.#new(), 1);
    if (c === "/" && OPERATOR.test(this.#code)) return this.#skip(/^\/(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\[])+\/\w*/, rest);
    const open = this.#templates.at(-1);
    if (open && c === "{") open.braces++;
    if (open && c === "}" && open.braces-- === 0) {
      this.#templates.pop();
      open.literal.text += VALUE;
      return this.#template(open.literal, 1);
    }
    this.#code = (this.#code + c).slice(-80);
    this.#at++;
  }

  /** @returns {Literal} */
  #new() {
    const before = this.source.slice(0, this.#at);
    const literal = { text: "", before: before.slice(-120), line: before.split("\n").length };
    this.#found.push(literal);
    return literal;
  }

  /** @param {string} rest */
  #string(rest) {
    const [whole] = /** @type {RegExpExecArray} */ (/^(["'])(?:\\.|(?!\1)[^\\])*\1/.exec(rest));
    this.#new().text = whole.slice(1, -1);
    this.#at += whole.length;
    this.#code += '"';
  }

  /** Goes to the end of a template, or to its next value. @param {Literal} literal @param {number} from */
  #template(literal, from) {
    const [words] = /** @type {RegExpExecArray} */ (/^(?:\\[^]|\$(?!\{)|[^\\$`])*/.exec(this.source.slice(this.#at + from)));
    literal.text += words;
    this.#at += from + words.length;
    const value = this.source[this.#at] === "$";
    this.#at += value ? 2 : 1;
    this.#code += value ? "(" : '"';
    if (value) this.#templates.push({ literal, braces: 0 });
  }

  /** @param {RegExp} what @param {string} rest */
  #skip(what, rest) {
    this.#at += what.exec(rest)?.[0].length ?? 1;
    this.#code += '"';
  }
}
