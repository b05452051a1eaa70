package rc

import (
	"mime"
	"path"
	"strings"
)

// Limits of what is sent with a text (contract 5.4).
const (
	MaxAttachments     = 10
	MaxAttachmentBytes = 1_500_000 // of all attachments of one text
)

// TypeMMS is the type of an attachment that is a picture or file.
const TypeMMS = "MmsAttachment"

// attachmentTypes are the media types that texts carry, with the extension
// of each, and by the names that browsers and systems have for them.
var attachmentTypes = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/bmp": ".bmp", "image/gif": ".gif", "image/tiff": ".tiff", "image/svg+xml": ".svg",
	"video/3gpp": ".3gp", "video/mp4": ".mp4", "video/mpeg": ".mpeg", "video/msvideo": ".avi",
	"audio/mpeg": ".mp3", "text/vcard": ".vcf",
	"application/zip": ".zip", "application/gzip": ".gz", "application/rtf": ".rtf",
}

var attachmentAliases = map[string]string{
	"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/x-ms-bmp": "image/bmp", "image/tif": "image/tiff",
	"video/x-msvideo": "video/msvideo", "video/avi": "video/msvideo", "audio/mp3": "audio/mpeg",
	"text/x-vcard": "text/vcard", "text/directory": "text/vcard", "application/vcard": "text/vcard",
	"application/x-zip-compressed": "application/zip", "application/x-gzip": "application/gzip", "text/rtf": "application/rtf",
}

var attachmentExtensions = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".bmp": "image/bmp", ".gif": "image/gif", ".tif": "image/tiff", ".tiff": "image/tiff",
	".svg": "image/svg+xml", ".3gp": "video/3gpp", ".mp4": "video/mp4", ".mpeg": "video/mpeg", ".mpg": "video/mpeg", ".avi": "video/msvideo",
	".mp3": "audio/mpeg", ".vcf": "text/vcard", ".vcard": "text/vcard", ".zip": "application/zip", ".gz": "application/gzip", ".rtf": "application/rtf",
}

// AttachmentType returns the media type of a file as texts carry it. Where
// nobody has said what it is, its name does. It is empty for what texts do
// not carry.
func AttachmentType(contentType, fileName string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil || kind == "application/octet-stream" {
		return attachmentExtensions[strings.ToLower(path.Ext(fileName))]
	}
	if known := attachmentAliases[kind]; known != "" {
		return known
	}
	if _, ok := attachmentTypes[kind]; ok {
		return kind
	}
	return ""
}

// AttachmentExtension is how the name of a file of this type ends, with the
// dot; empty for what texts do not carry.
func AttachmentExtension(contentType string) string { return attachmentTypes[contentType] }
