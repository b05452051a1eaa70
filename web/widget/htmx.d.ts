/** What we use of the vendored htmx. */
declare const htmx: {
  swap(what: { text: string; target: Element; swap: string; sourceElement: Element }): Promise<void>;
  trigger(at: Element, event: string): void;
};
interface Window {
  /** There once somebody is signed in. */
  htmx?: typeof htmx;
}
