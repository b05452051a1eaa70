package sip

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// NewStream speaks SIP on a TCP or TLS connection, on which Content-Length
// says where a message ends (RFC 3261 section 18.3). The flow owns it.
func NewStream(c net.Conn, h Handler) *Flow {
	transport := "TCP"
	if _, ok := c.(*tls.Conn); ok {
		transport = "TLS"
	}
	f := newFlow(&stream{c: c, r: bufio.NewReaderSize(c, maxMessage)}, h, transport, c.LocalAddr().String(), c.RemoteAddr().String(), nil)
	go f.run()
	return f
}

// A stream is a connection as a conn.
type stream struct {
	c net.Conn
	r *bufio.Reader
}

// read returns the next message, or a keep-alive: CRLF, or two of them.
func (s *stream) read() ([]byte, error) {
	var head bytes.Buffer
	length := 0
	for {
		line, err := s.r.ReadSlice('\n')
		if err != nil {
			return nil, fmt.Errorf("reading the head of a SIP message: %w", err)
		}
		blank := len(bytes.TrimRight(line, "\r\n")) == 0
		head.Write(line)
		if head.Len() > maxMessage {
			return nil, errors.New("the head of a SIP message is too long")
		}
		if blank && head.Len() == len(line) {
			return s.keepAlive()
		}
		if blank {
			break
		}
		if n, ok, err := contentLength(line); err != nil {
			return nil, err
		} else if ok {
			length = n
		}
	}
	message := append(head.Bytes(), make([]byte, length)...)
	_, err := io.ReadFull(s.r, message[head.Len():])
	return message, err
}

// keepAlive tells a ping, two line ends, from a pong, one of them (RFC 5626
// section 3.5.1). A pong in front of a message is passed over by the parser's
// own rule (RFC 3261 section 7.5).
func (s *stream) keepAlive() ([]byte, error) {
	if s.r.Buffered() >= 2 {
		if next, _ := s.r.Peek(2); string(next) == "\r\n" {
			_, err := s.r.Discard(2)
			return []byte("\r\n\r\n"), err
		}
	}
	return []byte("\r\n"), nil
}

// contentLength reads a line of a head that may be that header, also by its
// short name.
func contentLength(line []byte) (n int, ok bool, err error) {
	name, value, found := strings.Cut(string(line), ":")
	name = strings.ToLower(strings.TrimSpace(name))
	if !found || name != "content-length" && name != "l" {
		return 0, false, nil
	}
	n, err = strconv.Atoi(strings.TrimSpace(value))
	if err != nil || n < 0 || n > maxMessage {
		return 0, false, fmt.Errorf("a SIP message has the Content-Length %q", strings.TrimSpace(value))
	}
	return n, true, nil
}

func (s *stream) write(data []byte) error {
	if err := s.c.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := s.c.Write(data)
	return err
}

func (s *stream) ping() error { return s.write([]byte("\r\n\r\n")) }

func (s *stream) close() { _ = s.c.Close() } // it may be closed already
