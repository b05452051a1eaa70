// What scripts put on window, for the type checker only.

/** htmx is a classic script of the frame. */
declare const htmx: any;
