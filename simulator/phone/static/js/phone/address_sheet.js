// WeChat's own address book, as the page sees it after wx.openAddress.
import { follower, get, post } from '../api.js';
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { fail, openSheet } from './sheet.js';

const FIELDS = [
  ['userName', '收货人'], ['telNumber', '手机号码'], ['proviceFirstStageName', '省'], ['addressCitySecondStageName', '市'],
  ['addressCountiesThirdStageName', '区县'], ['addressDetailInfo', '详细地址'], ['addressPostalCode', '邮政编码'], ['nationalCode', '行政区划'],
];

function lines(one) {
  const region = [one.proviceFirstStageName, one.addressCitySecondStageName, one.addressCountiesThirdStageName].join('');
  return h('p', {}, `${region} ${one.addressDetailInfo}`);
}

function row(one, index, { choose, edit }) {
  return h('div.address', {},
    h('button', { testid: `address-${index}`, onclick: () => choose(one) }, h('b', {}, one.userName), h('span', {}, one.telNumber), lines(one)),
    h('button.edit', { 'aria-label': t('编辑'), testid: `address-edit-${index}`, onclick: () => edit(index) }, icon('edit')));
}

function form(one, save) {
  const inputs = FIELDS.map(([name, label]) => [name, label, h('input', { value: one[name] || '', testid: `address-field-${name}` })]);
  const send = (event) => {
    event.preventDefault();
    save(Object.fromEntries(inputs.map(([name, , input]) => [name, input.value.trim()])));
  };
  return h('form', { onsubmit: send },
    h('div.form', {}, inputs.map(([, label, input]) => h('label', {}, t(label), input))),
    h('button.green-button', { testid: 'address-save', onclick: send }, t('保存')));
}

export async function chooseAddress(openid) {
  let { addresses } = await get(follower(openid, '/addresses'));
  return openSheet({
    title: t('选择收货地址'),
    testid: 'address-sheet',
    closeTestid: 'address-cancel',
    build: ({ done, body }) => {
      const list = () => [
        ...addresses.map((one, index) => row(one, index, { choose: done, edit })),
        h('button.quiet-button', { testid: 'address-new', onclick: () => edit(addresses.length) }, t('新增地址')),
      ];
      const edit = (index) => body.replaceChildren(form(addresses[index] || {}, (one) => keep(index, one).catch(fail)));
      const keep = async (index, one) => {
        const next = addresses.map((old, place) => (place === index ? one : old));
        if (index === addresses.length) next.push(one);
        const answer = await post(follower(openid, '/addresses'), { addresses: next });
        addresses = answer.addresses || next;
        body.replaceChildren(...list());
      };
      return list();
    },
  });
}
