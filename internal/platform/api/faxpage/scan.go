package faxpage

import (
	"bytes"
	"strconv"
	"unicode/utf16"
)

// A scanner reads the content of a page: operands, and operators after them
// (PDF 32000-1, 7.8.2).
type scanner struct {
	rest    []byte
	numbers []float64 // operands of the operator that comes
	name    string
	text    string
}

// maxOperands is more than any operator has.
const maxOperands = 8

// next reads up to an operator. It is empty at the end.
func (s *scanner) next() (operator string, err error) {
	s.numbers, s.name, s.text = s.numbers[:0], "", ""
	for {
		s.rest = bytes.TrimLeft(s.rest, " \n")
		if len(s.rest) == 0 {
			return "", nil
		}
		if s.rest[0] == '(' {
			if s.text, err = s.string(); err != nil {
				return "", err
			}
			continue
		}
		end := bytes.IndexAny(s.rest, " \n(")
		if end < 0 {
			end = len(s.rest)
		}
		word := string(s.rest[:end])
		s.rest = s.rest[end:]
		switch c := word[0]; {
		case c == '/':
			s.name = word[1:]
		case c == '-' || c == '.' || c >= '0' && c <= '9':
			n, err := strconv.ParseFloat(word, 64)
			if err != nil || n != n || n > maxNumber || n < -maxNumber || len(s.numbers) == maxOperands {
				return "", errForm
			}
			s.numbers = append(s.numbers, n)
		default:
			return word, nil
		}
	}
}

// maxNumber is far outside any page.
const maxNumber = 1 << 20

// string reads a text of UTF-16, whose bytes may be escaped (7.3.4.2).
func (s *scanner) string() (string, error) {
	var raw []byte
	for i := 1; i < len(s.rest); i++ {
		c := s.rest[i]
		switch {
		case c == ')':
			s.rest = s.rest[i+1:]
			return decode(raw)
		case c == '\\' && i+1 < len(s.rest):
			i++
			if c = s.rest[i]; c == 'r' {
				c = '\r'
			}
		}
		raw = append(raw, c)
	}
	return "", errForm
}

func decode(raw []byte) (string, error) {
	if len(raw)%2 != 0 {
		return "", errForm
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return string(utf16.Decode(units)), nil
}
