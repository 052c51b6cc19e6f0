/** What a person does. */
import { call } from '../../api.js'

/** Does it in the name of the person of this phone. */
export function act({ person }, verb, body) {
  return call(`/people/${person.id}/${verb}`, body)
}
