package form

import "encoding/json"

// Stories are made-up pages that show every field in every state. They are
// what the tests draw and what a developer looks at under /_stories.
var Stories = []struct {
	Name, Title, Kind string
	Check             bool
	Page              string
}{
	{"fields", "Page, plain fields", "page", false, plainStory},
	{"wrong", "Page, something is wrong", "tab", true, plainStory},
	{"choices", "Page, choices", "page", false, choiceStory},
	{"words", "Page, words, notes, links and buttons", "page", false, wordStory},
	{"lists", "Page, lists, cards and metrics", "tab", false, listStory},
	{"groups", "Page, groups, entries and files", "page", false, groupStory},
}

// Story is the page of a story. One that does not parse is a mistake in our
// source and panics.
func Story(page string) *Page {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(page), &fields); err != nil {
		panic(err)
	}
	p, err := Parse(fields)
	if err != nil {
		panic(err)
	}
	return p
}

const plainStory = `{
 "title": "Log a visit",
 "schema": {"type": "object", "required": ["subject", "email", "when"], "properties": {
  "subject": {"type": "string", "title": "Subject", "maxLength": 120},
  "note": {"type": "string", "title": "Note", "description": "What was said, with **names**. See [the guide](https://crm.example.com/guide)."},
  "email": {"type": "string", "title": "E-mail", "format": "email"},
  "site": {"type": "string", "title": "Web site", "format": "uri"},
  "when": {"type": "string", "title": "Day", "format": "date"},
  "at": {"type": "string", "title": "Time", "format": "time"},
  "due": {"type": "string", "title": "Follow up", "format": "date-time"},
  "spent": {"type": "string", "title": "Time spent"},
  "seats": {"type": "integer", "title": "Seats", "minimum": 1, "maximum": 40},
  "chance": {"type": "number", "title": "Chance", "minimum": 0, "maximum": 100, "multipleOf": 5},
  "colour": {"type": "string", "title": "Colour", "format": "color"},
  "pin": {"type": "string", "title": "PIN"},
  "city": {"type": "string", "title": "City", "examples": ["Basel", "Bern"]},
  "done": {"type": "boolean", "title": "Close the case", "description": "No further reminders are sent."},
  "id": {"type": "string", "title": "Record", "readOnly": true},
  "secret": {"type": "string"}}},
 "uiSchema": {"submitButtonOptions": {"submitText": "Log visit"},
  "note": {"ui:widget": "textarea", "ui:options": {"rows": 3}, "ui:placeholder": "Optional"},
  "spent": {"ui:widget": "duration", "ui:options": {"minuteStep": 5}},
  "chance": {"ui:widget": "range"}, "pin": {"ui:widget": "password", "ui:help": "Four digits, known to you alone."},
  "secret": {"ui:widget": "hidden"}, "subject": {"ui:autofocus": true}},
 "formData": {"note": "Wants a second oven.", "email": "ada", "when": "2026-11-23", "at": "14:30:00", "due": "2026-11-24T09:00:00.000Z", "spent": "PT1H30M", "seats": 60, "chance": 40, "colour": "#0e6a58", "done": true, "id": "OPP-2041", "secret": "kept"}}`

const choiceStory = `{
 "title": "New lead",
 "schema": {"type": "object", "required": ["who", "kind"], "properties": {
  "who": {"type": "string", "title": "Contact", "oneOf": [{"const": "c9", "title": "Ada Example", "description": "Lead"}, {"const": "c10", "title": "Ben Example", "description": "Account"}]},
  "stage": {"type": "string", "title": "Stage", "enum": ["new", "open", "won"], "enumNames": ["New", "Open", "Won"]},
  "kind": {"type": "string", "title": "Kind", "oneOf": [{"const": "lead", "title": "Lead", "description": "Not known to us yet"}, {"const": "case", "title": "Case", "color": "warning.b04"}]},
  "view": {"type": "string", "title": "View", "enum": ["All", "Mine", "Open"]},
  "vat": {"type": "boolean", "title": "With VAT"},
  "days": {"type": "array", "title": "Days", "uniqueItems": true, "items": {"type": "string", "enum": ["Mon", "Tue", "Wed", "Thu", "Fri"]}},
  "tags": {"type": "array", "title": "Tags", "uniqueItems": true, "items": {"type": "string", "oneOf": [{"const": "vip", "title": "VIP"}, {"const": "eu", "title": "Europe"}, {"const": "us", "title": "America"}]}},
  "owner": {"type": "string", "title": "Owner", "oneOf": [{"const": "u1", "title": "Dana Reyes"}, {"const": "u2", "title": "Priya Nair"}]}}},
 "uiSchema": {"submitButtonOptions": {},
  "kind": {"ui:widget": "radio"}, "view": {"ui:widget": "radio", "ui:tab": true, "ui:label": false}, "vat": {"ui:widget": "radio", "ui:options": {"inline": true}},
  "days": {"ui:widget": "checkboxes", "ui:options": {"inline": true}}, "tags": {"ui:widget": "AutocompleteWidget", "ui:placeholder": "Add a tag"},
  "owner": {"ui:widget": "AutocompleteWidget"}, "stage": {"ui:enumDisabled": ["won"]}},
 "formData": {"who": "c9", "kind": "case", "view": "Mine", "vat": true, "days": ["Mon", "Thu"], "tags": ["vip", "own words"], "owner": "u2"}}`

const wordStory = `{
 "title": "Deal",
 "schema": {"type": "object", "properties": {
  "head": {"type": "string", "description": "Walnut table, **two** leaves"},
  "sub": {"type": "string", "description": "Offer of 20 November"},
  "body": {"type": "string", "description": "The customer asked for delivery before the holidays."},
  "fine": {"type": "string", "description": "Prices without VAT"},
  "one": {"type": "string", "description": "Two leaves, 240 cm"},
  "two": {"type": "string", "description": "Oiled, not varnished"},
  "info": {"type": "string", "description": "Somebody else has this record open."},
  "warning": {"type": "string", "description": "The offer ends **tomorrow**."},
  "error": {"type": "string", "description": "The last save failed. [Why?](https://crm.example.com/why)"},
  "success": {"type": "string", "description": "Saved."},
  "open": {"type": "string", "description": "Open in Example CRM"},
  "more": {"type": "string", "description": "Show the history"},
  "save": {"type": "string", "title": "Mark as won"},
  "draft": {"type": "string", "title": "Send a draft"},
  "text": {"type": "string", "title": "Not now"},
  "drop": {"type": "string", "title": "Delete the deal"},
  "off": {"type": "string", "title": "Approve"},
  "photo": {"type": "string", "title": "The table, from above"}}},
 "uiSchema": {
  "head": {"ui:field": "typography", "ui:variant": "title1"}, "sub": {"ui:field": "typography", "ui:variant": "subheading2"},
  "body": {"ui:field": "typography"}, "fine": {"ui:field": "typography", "ui:variant": "caption1"},
  "one": {"ui:field": "typography", "ui:bulletedList": true}, "two": {"ui:field": "typography", "ui:bulletedList": true},
  "info": {"ui:field": "admonition"}, "warning": {"ui:field": "admonition", "ui:severity": "warning"},
  "error": {"ui:field": "admonition", "ui:severity": "error"}, "success": {"ui:field": "admonition", "ui:severity": "success"},
  "open": {"ui:field": "link", "ui:href": "https://crm.example.com/deals/1"}, "more": {"ui:field": "link"},
  "save": {"ui:field": "button"}, "draft": {"ui:field": "button", "ui:variant": "outlined"}, "text": {"ui:field": "button", "ui:variant": "text", "ui:fullWidth": false},
  "drop": {"ui:field": "button", "ui:color": "danger.b04"}, "off": {"ui:field": "button", "ui:disabled": true},
  "photo": {"ui:field": "image", "ui:src": "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%20240%2090'%3E%3Crect%20width='240'%20height='90'%20fill='%23d9c9ae'/%3E%3Crect%20x='40'%20y='22'%20width='160'%20height='46'%20rx='6'%20fill='%238a5a33'/%3E%3C/svg%3E"}}}`

const listStory = `{
 "title": "Records",
 "schema": {"type": "object", "properties": {
  "find": {"type": "object", "title": "Search records"},
  "rows": {"type": "string", "title": "Records", "oneOf": [
   {"const": "r1", "title": "Walnut table", "description": "Offer, 4,200", "meta": "2 h", "icon": "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2040%2040'%3E%3Crect%20width='40'%20height='40'%20fill='%238a5a33'/%3E%3C/svg%3E",
    "actions": [{"id": "edit", "icon": "edit", "title": "Edit"}, {"id": "call", "icon": "phone", "title": "Call"}, {"id": "open", "icon": "view", "title": "Open"}, {"id": "drop", "icon": "delete", "title": "Delete", "color": "danger.b04"}]},
   {"const": "r2", "title": "Oak shelf", "description": "Order, 980", "meta": "Mon", "iconMeta": [{"icon": "warning", "message": "Late", "color": "warning.b04"}, {"icon": "check", "message": "Paid", "color": "success.b04"}], "actions": [{"id": "ok", "type": "button", "title": "Confirm"}]},
   {"const": "r3", "title": "A name that is much too long to fit into a row of a phone this narrow", "description": "Lost to somebody cheaper", "descriptionColor": "error", "authorName": "Dana Reyes"}]},
  "cards": {"type": "string", "title": "Notes", "oneOf": [
   {"const": "n1", "title": "Call on Monday", "description": "Wants to see the **oiled** sample first.", "authorName": "Dana Reyes", "meta": "20 Nov", "backgroundColor": "warning.b01", "actions": [{"id": "edit", "icon": "edit", "title": "Edit"}]},
   {"const": "n2", "title": "Address", "description": "Deliver to the back door.", "authorName": "Priya Nair", "meta": "18 Nov"}]},
  "numbers": {"type": "string", "title": "This month", "oneOf": [
   {"const": "m1", "title": "Open deals", "value": 12, "trend": "+3", "trendColor": "success.b04"}, {"const": "m2", "title": "Revenue", "value": "48.2", "unit": "k", "trend": "-4%", "trendColor": "danger.b04"}]}}},
 "uiSchema": {"find": {"ui:field": "search", "ui:filters": ["All", "Deals", "People"], "ui:helpText": "Name, number or place"},
  "rows": {"ui:field": "list", "ui:navigation": true}, "cards": {"ui:field": "list", "ui:itemType": "card"},
  "numbers": {"ui:field": "list", "ui:itemType": "metric", "ui:itemWidth": "48%"}},
 "formData": {"rows": "r1", "find": {"search": "", "filter": "All"}}}`

const groupStory = `{
 "title": "Company",
 "schema": {"type": "object", "required": ["name"], "properties": {
  "name": {"type": "string", "title": "Name"},
  "address": {"type": "object", "title": "Address", "required": ["town"], "properties": {"street": {"type": "string", "title": "Street"}, "town": {"type": "string", "title": "Town"}}},
  "bank": {"type": "object", "title": "Bank", "description": "Only for transfers", "properties": {"iban": {"type": "string", "title": "IBAN"}}},
  "numbers": {"type": "array", "title": "Numbers", "items": {"type": "object", "title": "Number", "properties": {"kind": {"type": "string", "title": "Kind", "enum": ["Office", "Mobile"]}, "number": {"type": "string", "title": "Number"}}}},
  "aliases": {"type": "array", "title": "Also known as", "items": {"type": "string"}},
  "papers": {"type": "array", "title": "Papers", "items": {"type": "string", "format": "data-url"}},
  "logo": {"type": "string", "title": "Logo", "format": "data-url"},
  "more": {"type": "object", "title": "Further facts", "additionalProperties": {"type": "string"}}}},
 "uiSchema": {"bank": {"ui:collapsible": true}, "numbers": {"ui:options": {"copyable": true}}, "aliases": {"items": {"ui:label": false}}, "logo": {"ui:widget": "file", "ui:options": {"accept": "image/*", "maxSize": 200000}}},
 "formData": {"address": {"street": "Rheingasse 4"}, "numbers": [{"kind": "Office", "number": "+41 61 555 01 01"}, {"kind": "Mobile"}], "aliases": ["Muster", "Muster & Co"], "papers": [{"name": "offer.pdf", "size": 182000, "type": "application/pdf", "dataURL": ""}], "more": {"Since": "1984"}}}`
