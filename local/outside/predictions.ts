import { fractionFrom } from './fraction-from.ts';

export type Prediction = { en: string; ru: string };

const PREDICTIONS: Prediction[] = [
  {
    en: 'A glass will fall today. You will look the other way.',
    ru: 'Сегодня упадёт стакан. Вы будете смотреть в другую сторону.',
  },
  {
    en: 'The box you receive will be better than what is in it.',
    ru: 'Коробка окажется лучше того, что в ней лежит.',
  },
  {
    en: 'A door will open. You will not go in. It will close. You will complain.',
    ru: 'Дверь откроется. Вы не войдёте. Дверь закроется. Вы будете жаловаться.',
  },
  {
    en: 'Somebody is about to sit where you were about to sit.',
    ru: 'Кто-то вот-вот сядет туда, куда собирались сесть вы.',
  },
  {
    en: 'At three in the morning you will remember how to run.',
    ru: 'В три часа ночи вы вспомните, как бегать.',
  },
  {
    en: 'The red dot will come back. It always does.',
    ru: 'Красная точка вернётся. Она всегда возвращается.',
  },
  {
    en: 'You will find a warm laptop and make an important edit.',
    ru: 'Вы найдёте тёплый ноутбук и внесёте важную правку.',
  },
  { en: 'A cucumber is behind you. Do not turn round.', ru: 'За вами огурец. Не оборачивайтесь.' },
  {
    en: 'Your bowl is half empty. By evening it will be discussed at the top.',
    ru: 'Ваша миска наполовину пуста. К вечеру вопрос обсудят на самом верху.',
  },
  { en: 'Great wealth approaches. It rustles.', ru: 'К вам идёт большое богатство. Оно шуршит.' },
  {
    en: 'You will be blamed for a vase. Your silence will be admired.',
    ru: 'Вас обвинят в вазе. Вашим молчанием будут восхищаться.',
  },
  {
    en: 'A stranger will call you “kitty-kitty”. Keep your dignity.',
    ru: 'Незнакомец скажет вам «кис-кис». Сохраняйте достоинство.',
  },
  {
    en: 'The vacuum cleaner is awake. Choose a higher shelf.',
    ru: 'Пылесос проснулся. Выберите полку повыше.',
  },
  { en: 'Today gravity is on your side.', ru: 'Сегодня сила тяжести на вашей стороне.' },
  {
    en: 'You will sleep sixteen hours and feel that it was not enough.',
    ru: 'Вы проспите шестнадцать часов и почувствуете, что этого мало.',
  },
  { en: 'A fish will look at you as if it knows.', ru: 'Рыба посмотрит на вас так, будто всё знает.' },
  { en: 'What you hide under the sofa, the sofa keeps.', ru: 'Что спрятано под диваном, то диван и хранит.' },
  { en: 'Your next meeting could have been a nap.', ru: 'Ваше следующее совещание могло бы быть сном.' },
  {
    en: 'A new curtain will enter your life. Be gentle. At first.',
    ru: 'В вашу жизнь войдёт новая штора. Будьте нежны. Сначала.',
  },
  { en: 'The bird outside the window has read your plans.', ru: 'Птица за окном читала ваши планы.' },
  { en: 'You will knock once. The mug will answer.', ru: 'Вы стукнете один раз. Кружка ответит.' },
  { en: 'Luck follows you. It is your tail.', ru: 'За вами ходит удача. Это ваш хвост.' },
  { en: 'Tomorrow the can opener will sing your name.', ru: 'Завтра открывашка споёт ваше имя.' },
  {
    en: 'Someone loves you very much and is covered in your fur.',
    ru: 'Кто-то очень вас любит и весь в вашей шерсти.',
  },
];

/** The prediction in a cookie: the same for the same key, so that a repeated order changes nobody's fate. */
export function predictFor(idempotencyKey: string): Prediction {
  const index = Math.floor(fractionFrom(`prediction:${idempotencyKey}`) * PREDICTIONS.length);
  return PREDICTIONS[index] as Prediction;
}
