/** What we use of the vendored htmx. */
declare const htmx: {
  swap(what: { text: string; target: Element; swap: string; sourceElement: Element }): Promise<void>;
  trigger(at: Element, event: string): void;
  /** Once for each name; what returns false keeps what htmx would do from being done. */
  registerExtension(name: string, hooks: { htmx_before_morph_attr(at: Element, change: { attrName: string }): boolean }): void;
};
interface Window {
  /** There once somebody is signed in. */
  htmx?: typeof htmx;
}
