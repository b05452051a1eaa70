package rc

// Scopes of a message template.
const (
	CompanyTemplate  = "Company"
	PersonalTemplate = "Personal"
)

// A MessageTemplate is a text to begin from, of a user or of the company
// (MessageTemplateResponse and MessageTemplateRequest).
type MessageTemplate struct {
	ID          string              `json:"id,omitempty"`
	DisplayName string              `json:"displayName"`
	Body        MessageTemplateBody `json:"body"`
	Scope       string              `json:"scope,omitempty"`
	Site        *Site               `json:"site,omitempty"`
}

// A MessageTemplateBody is what a template says.
type MessageTemplateBody struct {
	Text string `json:"text"`
}

// MessageTemplates is the list of them; it has no pages.
type MessageTemplates struct {
	Records []MessageTemplate `json:"records"`
}
