// Say one of everything with an unmodified @segment/analytics-node: node send.mjs HOST WRITE_KEY
// Prints the errors that the library told of, as JSON.
import { Analytics } from '@segment/analytics-node'

const [host, writeKey] = process.argv.slice(2)
const analytics = new Analytics({ host, writeKey, flushAt: 4, maxRetries: 0 })
const errors = []
analytics.on('error', (error) => errors.push(error.code ?? String(error)))

analytics.identify({ userId: 'u1', traits: { city: 'Turin', born: new Date('1981-02-02') } })
analytics.track({ userId: 'u1', event: 'Article Read', properties: { item: 'barolo' } })
analytics.page({ anonymousId: 'a1', name: 'Barolo', category: 'Magazine' })
analytics.screen({ userId: 'u1', name: 'Home' })
analytics.group({ userId: 'u1', groupId: 'g1', traits: { name: 'Friends' } })
analytics.alias({ userId: 'u1', previousId: 'a1' })
await analytics.closeAndFlush({ timeout: 10_000 })
console.log(JSON.stringify(errors))
