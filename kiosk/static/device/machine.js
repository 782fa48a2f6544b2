// The sitting of one person as data: which screen follows what. Nothing here touches the page, the clock or the network.
//
//   attract ─ (departments) ─ faces ─ reason | praise ─ outcome ─ words ─ thanks ─ attract
//
// With one department the faces themselves wait for people: the first touch is the rating. A record is to be kept
// whenever `sitting.rev` has grown.

const FACES = 'visit';
const LAST_REV = 90; // whoever goes back and forth for ever is thanked

export const HOME = 'attract';

// Before anybody has come.
export function rested(config) {
  return {
    screen: HOME,
    place: config.layout === 'one' ? config.places[0]?.slug : null,
    language: config.languages[0].code,
    from: 0, // the first department on the screen
    sitting: null,
  };
}

export function placeOf(state, config) {
  return config.places.find(({ slug }) => slug === state.place);
}

export function questionOf(state, config, code) {
  return config.questionnaires[placeOf(state, config)?.questionnaire]?.questions.find((one) => one.code === code);
}

// The screens after the face, in their order.
export function after(state, config) {
  const best = questionOf(state, config, FACES)?.levels[0]?.level; // best first
  const codes = [state.sitting?.ratings[FACES] === best ? 'praise' : 'reason', 'outcome'];
  const asked = codes.filter((code) => questionOf(state, config, code));
  return [...asked, ...(config.asks_words ? ['words'] : []), 'thanks'];
}

function next(state, config) {
  const screens = after(state, config);
  return { ...state, screen: screens[screens.indexOf(state.screen) + 1] ?? 'thanks' };
}

function answered(state, more, config) {
  const sitting = { ...state.sitting, ...more, rev: state.sitting.rev + 1 };
  const amended = { ...state, sitting };
  return sitting.rev >= LAST_REV ? { ...amended, screen: 'thanks' } : next(amended, config);
}

function rated(state, { level, id, stamp }, config) {
  const sitting = state.sitting || { id, rev: -1, text: null, ...stamp };
  const fresh = { ...state, screen: 'faces', sitting: { ...sitting, ratings: {} } };
  return answered(fresh, { ratings: { [FACES]: level } }, config);
}

function back(state, config) {
  if (state.screen === 'faces') return rested(config);
  const screens = ['faces', ...after(state, config)];
  return { ...state, screen: screens[Math.max(0, screens.indexOf(state.screen) - 1)] };
}

// What comes of one event; an event that does not belong to the screen changes nothing.
export function turn(state, event, config) {
  const { screen } = state;
  const asking = state.sitting && after(state, config).includes(screen) && screen !== 'thanks';
  switch (event.type) {
    case 'language': return { ...state, language: event.code, screen: screen === HOME && state.place ? 'faces' : screen };
    case 'departments': return { ...state, from: event.from };
    case 'place': return { ...state, place: event.slug, screen: 'faces', sitting: null };
    case 'rate': return (screen === 'faces' || screen === HOME) && state.place ? rated(state, event, config) : state;
    case 'answer': return asking ? answered(state, { ratings: { ...state.sitting.ratings, [screen]: event.level } }, config) : state;
    case 'say': return asking && screen === 'words' ? answered(state, { text: event.text }, config) : state;
    case 'skip': return asking ? next(state, config) : state;
    case 'back': return screen === 'thanks' ? state : back(state, config);
    case 'away': return state.sitting && screen !== 'thanks' ? { ...state, screen: 'thanks' } : rested(config);
    case 'home': return rested(config);
    default: return state;
  }
}

// The record of the sitting as it now is: every revision carries the whole state.
export function recordOf(state, config, known) {
  const { id, rev, ratings, text, page, mono, device_ms } = state.sitting;
  const { slug, questionnaire } = placeOf(state, config);
  return { id, rev, place: slug, questionnaire, language: state.language, ratings, text, page, mono, device_ms, ...known };
}
