package protocol

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const generated = "// Generated from internal/widget/protocol (go test ./internal/widget/protocol -update).\n"

// Script is web/widget/protocol.js: what the frame must know of each message
// to take it. A field is its kind, then ! when it is required, then its
// bound.
func Script() string {
	var b strings.Builder
	b.WriteString(generated)
	b.WriteString("// What a host page may post: its capability, its fields, whether it may be large, and who takes it.\n// @ts-check\n\n")
	b.WriteString("/** @typedef {{needs?: string, fields: Record<string, string>, large?: boolean, service?: boolean}} Known */\n\n")
	b.WriteString("/** @type {Record<string, Known>} */\nexport const messages = {\n")
	for _, m := range fromHost {
		if !m.Done && m.Taker != byService || strings.HasPrefix(m.Name, "(") {
			continue
		}
		fmt.Fprintf(&b, "  %q: { ", m.Name)
		if m.Needs != "" {
			fmt.Fprintf(&b, "needs: %q, ", m.Needs)
		}
		fmt.Fprintf(&b, "fields: %s", scriptFields(m.Fields))
		if m.Large {
			b.WriteString(", large: true")
		}
		if m.Taker == byService {
			b.WriteString(", service: true")
		}
		b.WriteString(" },\n")
	}
	b.WriteString("};\n\n/** The requests that are answered. @type {Record<string, Record<string, string>>} */\nexport const requests = {\n")
	for _, q := range Requests {
		if q.Answer != "" {
			fmt.Fprintf(&b, "  %q: %s,\n", q.Name, scriptFields(q.Fields))
		}
	}
	b.WriteString("};\n\n/** The capability of those that need another one than settings. @type {Record<string, string>} */\nexport const needs = {\n")
	for _, q := range Requests {
		if q.Needs != "" {
			fmt.Fprintf(&b, "  %q: %q,\n", q.Name, q.Needs)
		}
	}
	b.WriteString("};\n\n/** What does nothing here, and why. @type {Record<string, string>} */\nexport const unsupported = {\n")
	for _, m := range fromHost {
		if !m.Done && m.Taker != byService {
			fmt.Fprintf(&b, "  %q: %q,\n", m.Name, m.Note)
		}
	}
	b.WriteString("};\n\n/** How a sentence names a kind. @type {Record<string, string>} */\nexport const words = {\n")
	for _, k := range kinds() {
		fmt.Fprintf(&b, "  %q: %q,\n", k, words[k])
	}
	b.WriteString("};\n")
	return b.String()
}

func kinds() (all []Kind) {
	for k := range words {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func scriptFields(fields []Field) string {
	var parts []string
	for _, f := range fields {
		s := string(f.Kind)
		if f.Required {
			s += "!"
		}
		if n := f.max(); n != 0 && !(n == DefaultMax && f.Kind != List) {
			s += fmt.Sprint(n)
		}
		parts = append(parts, fmt.Sprintf("%s: %q", f.Name, s))
	}
	if len(parts) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

// Types is web/adapter/offhook.d.ts: what TypeScript knows of offhook.js.
func Types() string {
	var b strings.Builder
	b.WriteString(generated)
	b.WriteString("// The types of offhook.js: import { phone } from \"https://phone.example.com/offhook.js\".\n\n")
	for _, s := range structs {
		fmt.Fprintf(&b, "/** %s */\nexport interface %s %s\n\n", s.Means, s.Name, typeOf(s.Fields, ""))
	}
	b.WriteString("/** A text as the platform keeps it. */\nexport interface MessageRecord {\n  id: number;\n  direction: \"Inbound\" | \"Outbound\";\n  readStatus: \"Read\" | \"Unread\";\n  messageStatus: string;\n  subject?: string;\n  creationTime: string;\n  lastModifiedTime: string;\n  conversationId?: number;\n  [field: string]: unknown;\n}\n\n")
	b.WriteString("/** A call of the past as loggers get it: the platform's record with times in milliseconds, and what is known around it. */\nexport interface CallRecord {\n  id: string;\n  sessionId: string;\n  telephonySessionId?: string;\n  direction: \"Inbound\" | \"Outbound\";\n  startTime: number;\n  duration: number;\n  result?: string;\n  from?: { phoneNumber?: string; extensionNumber?: string; name?: string; [field: string]: unknown };\n  to?: { phoneNumber?: string; extensionNumber?: string; name?: string; [field: string]: unknown };\n  fromName: string;\n  toName: string;\n  fromMatches: unknown[];\n  toMatches: unknown[];\n  activityMatches: unknown[];\n  toNumberEntity?: string;\n  recording?: { id: string; uri?: string; type: string; contentUri?: string };\n  [field: string]: unknown;\n}\n\n")
	b.WriteString("/** What every message of the phone has beside its own fields. */\nexport interface Envelope " + typeOf(envelope, "") + "\n\n")
	b.WriteString("/** What the page may post to the phone, by type. */\nexport interface Commands {\n")
	for _, m := range fromHost {
		if m.Done && !strings.HasPrefix(m.Name, "(") {
			fmt.Fprintf(&b, "%s  %q: %s;\n", comment(m.Note, m.Needs), m.Name, typeOf(m.Fields, "  "))
		}
	}
	b.WriteString("}\n\n/** What rc-adapter-message-request may ask, by path. */\nexport interface Requests {\n")
	for _, q := range Requests {
		if q.Answer != "" {
			fmt.Fprintf(&b, "%s  %q: { body: %s; answer: %s };\n", comment(q.Note, cmp.Or(q.Needs, Settings)), q.Name, typeOf(q.Fields, "  "), q.Answer)
		}
	}
	b.WriteString("}\n\n/** What the phone tells the page, by type. */\nexport interface Events {\n")
	for _, m := range toHost {
		if m.Done {
			fmt.Fprintf(&b, "%s  %q: Envelope & { type: %q } & %s;\n", comment(m.Note, m.Needs), m.Name, m.Name, typeOf(m.Fields, "  "))
		}
	}
	b.WriteString("}\n\n")
	b.WriteString(adapterType())
	b.WriteString(phoneType)
	return b.String()
}

func comment(note, needs string) string {
	if needs != "" {
		note = strings.TrimSpace(note + " Capability `" + needs + "`.")
	}
	if note == "" {
		return ""
	}
	return "  /** " + note + " */\n"
}

func adapterType() string {
	var b strings.Builder
	b.WriteString("/** The global that adapter.js makes. */\nexport interface RCAdapter {\n")
	for _, m := range Members {
		if m.Done && m.Type != "" {
			name := m.Name + m.Type
			if strings.HasPrefix(m.Type, ":") {
				name = "readonly " + name
			}
			fmt.Fprintf(&b, "%s  %s;\n", comment(m.Note, ""), name)
		}
	}
	b.WriteString("}\n\n")
	return b.String()
}

const phoneType = `type Async<T> = { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : T[K] | undefined };

/** RCAdapter as a module: each method waits for mount and tells when it was done. */
export interface Phone extends Async<Omit<RCAdapter, "dispose">> {
  /** Puts the phone on the page. The options are the URL parameters, and appUrl for a phone of another address. */
  mount(options: { clientId: string; appUrl?: string; [parameter: string]: string | boolean | undefined }): Promise<RCAdapter>;
  /** Hears one type of message, or all with "*". Returns what ends it. */
  on<T extends keyof Events>(type: T, fn: (message: Events[T]) => void): () => void;
  on(type: "*", fn: (message: Events[keyof Events]) => void): () => void;
  /** Posts a message to the phone. */
  post<T extends keyof Commands>(type: T, fields: Commands[T]): Promise<void>;
  /** Takes the phone off the page. */
  dispose(): void;
}

export declare const phone: Phone;

declare global {
  interface Window {
    RCAdapter: RCAdapter;
    RCAdapterInit(how?: { appUrl?: string; options?: Record<string, string | boolean> }): RCAdapter;
    RCAdapterDispose(): void;
    RC_EMBEDDABLE_ADAPTER_MANUAL_INIT?: boolean;
    __ON_RC_POPUP_WINDOW?: unknown;
  }
}
`

// typeOf is the TypeScript of an object with these fields.
func typeOf(fields []Field, indent string) string {
	if len(fields) == 0 {
		return "{}"
	}
	var b strings.Builder
	b.WriteString("{\n")
	for _, f := range fields {
		optional := "?"
		if f.Required {
			optional = ""
		}
		if f.Means != "" {
			fmt.Fprintf(&b, "%s  /** %s */\n", indent, f.Means)
		}
		fmt.Fprintf(&b, "%s  %s%s: %s;\n", indent, f.Name, optional, f.typeName())
	}
	return b.String() + indent + "}"
}

func (f Field) typeName() string {
	return cmp.Or(f.Type, map[Kind]string{
		Text: "string", Number: "number", Flag: "boolean", List: "unknown[]", Object: "object", Nullable: "object | null",
		TextOrList: "string | string[]", TextOrFlag: "string | boolean", Anything: "unknown",
	}[f.Kind])
}

// Table is the rows of one direction for docs/host-api.md.
func Table(toHost bool) string {
	var b strings.Builder
	if toHost {
		b.WriteString("| type | fields | when | capability |\n| --- | --- | --- | --- |\n")
	} else {
		b.WriteString("| type | fields | effect | capability |\n| --- | --- | --- | --- |\n")
	}
	for _, m := range Messages {
		if m.ToHost == toHost && m.Done {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, fieldList(m.Fields), cell(m.Note), code(m.Needs))
		}
	}
	return b.String()
}

// RequestTable is the rows of the requests for docs/host-api.md.
func RequestTable() string {
	var b strings.Builder
	b.WriteString("| path | body | answer | effect |\n| --- | --- | --- | --- |\n")
	for _, q := range Requests {
		if q.Answer != "" {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", q.Name, fieldList(q.Fields), code(q.Answer), cell(q.Note))
		}
	}
	return b.String()
}

// MemberTable is the rows of RCAdapter for docs/host-api.md.
func MemberTable() string {
	var b strings.Builder
	b.WriteString("| member | effect |\n| --- | --- |\n")
	for _, m := range Members {
		if m.Done && m.Type != "" {
			fmt.Fprintf(&b, "| %s | %s |\n", code(m.Name+m.Type), cell(m.Note))
		}
	}
	return b.String()
}

// AbsentTable is what the contract has and this phone has not.
func AbsentTable() string {
	var b strings.Builder
	b.WriteString("| name | why |\n| --- | --- |\n")
	for _, r := range slices.Concat(rows(false), rows(true), Paths(), Methods()) {
		if !r.Done {
			fmt.Fprintf(&b, "| %s | %s |\n", code(r.Name), cell(strings.TrimPrefix(r.Note, notMember)))
		}
	}
	return b.String()
}

// CapabilityTable is the capabilities for docs/host-api.md.
func CapabilityTable() string {
	var b strings.Builder
	b.WriteString("| capability | lets a page |\n| --- | --- |\n")
	for _, c := range Capabilities {
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.Name, c.Means)
	}
	return b.String()
}

func fieldList(fields []Field) string {
	var parts []string
	for _, f := range fields {
		s := "`" + f.Name + "`"
		if f.Required {
			s = "**" + s + "**"
		}
		if f.Means != "" {
			s += " (" + cell(f.Means) + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + cell(s) + "`"
}

// cell is a text that does not end its column.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
