package rc

// A PersonalContact is an entry of a user's address book (contract 5.3,
// PersonalContactResource and PersonalContactRequest).
type PersonalContact struct {
	ID              int64           `json:"id,omitempty"`
	URI             string          `json:"uri,omitempty"`
	Availability    string          `json:"availability,omitempty"`
	FirstName       string          `json:"firstName,omitempty"`
	LastName        string          `json:"lastName,omitempty"`
	MiddleName      string          `json:"middleName,omitempty"`
	NickName        string          `json:"nickName,omitempty"`
	Company         string          `json:"company,omitempty"`
	JobTitle        string          `json:"jobTitle,omitempty"`
	Email           string          `json:"email,omitempty"`
	Email2          string          `json:"email2,omitempty"`
	Email3          string          `json:"email3,omitempty"`
	Birthday        Time            `json:"birthday,omitzero"`
	WebPage         string          `json:"webPage,omitempty"`
	Notes           string          `json:"notes,omitempty"`
	HomePhone       string          `json:"homePhone,omitempty"`
	HomePhone2      string          `json:"homePhone2,omitempty"`
	BusinessPhone   string          `json:"businessPhone,omitempty"`
	BusinessPhone2  string          `json:"businessPhone2,omitempty"`
	MobilePhone     string          `json:"mobilePhone,omitempty"`
	BusinessFax     string          `json:"businessFax,omitempty"`
	CompanyPhone    string          `json:"companyPhone,omitempty"`
	AssistantPhone  string          `json:"assistantPhone,omitempty"`
	CarPhone        string          `json:"carPhone,omitempty"`
	OtherPhone      string          `json:"otherPhone,omitempty"`
	OtherFax        string          `json:"otherFax,omitempty"`
	CallbackPhone   string          `json:"callbackPhone,omitempty"`
	HomeAddress     *ContactAddress `json:"homeAddress,omitempty"`
	BusinessAddress *ContactAddress `json:"businessAddress,omitempty"`
	OtherAddress    *ContactAddress `json:"otherAddress,omitempty"`
	RingtoneIndex   string          `json:"ringtoneIndex,omitempty"`
	AppInfo         string          `json:"appInfo,omitempty"`
}

// A ContactAddress is where somebody of an address book lives or works.
type ContactAddress struct {
	Street  string `json:"street,omitempty"`
	City    string `json:"city,omitempty"`
	Country string `json:"country,omitempty"`
	State   string `json:"state,omitempty"`
	Zip     string `json:"zip,omitempty"`
}

// A ContactPhone is a number of a contact with the member that holds it.
type ContactPhone struct {
	Member string // as in JSON, such as mobilePhone
	Number *string
}

// Phones are the contact's members that hold numbers, the likeliest to
// reach somebody by text first; faxes are the last two.
func (c *PersonalContact) Phones() []ContactPhone {
	return []ContactPhone{
		{"mobilePhone", &c.MobilePhone}, {"businessPhone", &c.BusinessPhone}, {"businessPhone2", &c.BusinessPhone2}, {"homePhone", &c.HomePhone},
		{"homePhone2", &c.HomePhone2}, {"otherPhone", &c.OtherPhone}, {"callbackPhone", &c.CallbackPhone}, {"companyPhone", &c.CompanyPhone},
		{"assistantPhone", &c.AssistantPhone}, {"carPhone", &c.CarPhone}, {"businessFax", &c.BusinessFax}, {"otherFax", &c.OtherFax},
	}
}

// An AddressBookSync is GET extension/~/address-book-sync. While more pages
// follow it has NextPageID and NextPageURI, on the last one SyncInfo.
type AddressBookSync struct {
	URI         string            `json:"uri"`
	Records     []PersonalContact `json:"records"`
	SyncInfo    *SyncInfo         `json:"syncInfo,omitempty"`
	NextPageID  int64             `json:"nextPageId,omitempty"`
	NextPageURI string            `json:"nextPageUri,omitempty"`
}

// A Favorite is an entry of extension/~/favorite: a colleague or a contact.
type Favorite struct {
	ID          int64  `json:"id"`
	ExtensionID string `json:"extensionId,omitempty"`
	AccountID   string `json:"accountId,omitempty"`
	ContactID   string `json:"contactId,omitempty"`
}

// Favorites is the list of them; it has no pages.
type Favorites struct {
	URI     string     `json:"uri,omitempty"`
	Records []Favorite `json:"records"`
}

// A FavoriteEvent is the body of the event favorite: read them again.
type FavoriteEvent struct {
	ExtensionID string `json:"extensionId"`
	OwnerID     string `json:"ownerId"`
}
