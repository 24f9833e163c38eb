// Up to major 6 the SDK takes positional arguments, from 7 on objects: one name here for both ways to call it.
import { major, pinecone } from './sdk.mjs';

const positional = major < 7;

export const configureIndex = (name, changes) =>
  positional ? pinecone.configureIndex(name, changes) : pinecone.configureIndex({ name, ...changes });

export const upsert = (index, records) => index.upsert(positional ? records : { records });

export const fetchIds = (index, ids) => index.fetch(positional ? ids : { ids });

export const deleteOne = (index, id) => index.deleteOne(positional ? id : { id });

export const deleteIds = (index, ids) => index.deleteMany(positional ? ids : { ids });

export const deleteWhere = (index, filter) => index.deleteMany(positional ? filter : { filter });

export const listNamespaces = (index, limit, paginationToken) =>
  positional ? index.listNamespaces(limit, paginationToken) : index.listNamespaces({ limit, paginationToken });

/** All ids that the pages of a listing hold, and how many pages there were. */
export async function listAll(index, options) {
  const ids = [];
  let pages = 0;
  let paginationToken;
  do {
    const page = await index.listPaginated({ ...options, ...(paginationToken && { paginationToken }) });
    ids.push(...page.vectors.map((vector) => vector.id));
    paginationToken = page.pagination?.next;
    pages++;
  } while (paginationToken);
  return { ids, pages };
}
