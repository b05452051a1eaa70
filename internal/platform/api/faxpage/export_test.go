package faxpage

// Render draws a page with as few dots as a test looks at.
var Render = render
