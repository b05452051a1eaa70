// What scripts put on window, for the type checker only.

interface Window {
  RCAdapter?: any;
  RCAdapterInit?: any;
  RCAdapterDispose?: any;
  RC_EMBEDDABLE_ADAPTER_MANUAL_INIT?: boolean;
}

/** htmx is a classic script of the frame. */
declare const htmx: any;
