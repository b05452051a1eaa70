package contact

// A Key names a contact among those of all sources.
type Key struct{ Type, ID string }

// Key is the contact's.
func (c Contact) Key() Key { return Key{c.Type, c.ID} }
