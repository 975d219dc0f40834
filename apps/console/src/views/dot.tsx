const COLORS = { good: '#12b886', bad: '#fa5252', busy: '#f59f00', idle: '#868e96' }

/** State at a glance; the label says it to those who do not see colour. */
export function Dot({ state, label }: { readonly state: keyof typeof COLORS; readonly label: string }) {
  return (
    <span
      className="dot"
      style={{ background: COLORS[state] }}
      {...(label === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label, title: label })}
    />
  )
}
