// Render server (8004): template rendering jobs over HTTP.
export {}
