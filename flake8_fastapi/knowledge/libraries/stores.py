"""Document stores, caches, search engines and vector stores."""

from __future__ import annotations

from .family import Family, each, members, to

_PYMONGO = "pymongo.asynchronous"
_MOTOR = "motor.motor_asyncio.AsyncIOMotor"

ALIASES = {
    "redis.StrictRedis": "redis.Redis",
    "redis.client.Redis": "redis.Redis",
    "redis.client.StrictRedis": "redis.Redis",
    "redis.utils.from_url": "redis.from_url",
    "redis.connection.ConnectionPool": "redis.ConnectionPool",
    "redis.RedisCluster": "redis.cluster.RedisCluster",
    "redis.Sentinel": "redis.sentinel.Sentinel",
    "redis.asyncio.StrictRedis": "redis.asyncio.Redis",
    "redis.asyncio.client.Redis": "redis.asyncio.Redis",
    "redis.asyncio.client.StrictRedis": "redis.asyncio.Redis",
    "redis.asyncio.utils.from_url": "redis.asyncio.from_url",
    "redis.asyncio.RedisCluster": "redis.asyncio.cluster.RedisCluster",
    "redis.asyncio.connection.ConnectionPool": "redis.asyncio.ConnectionPool",
    "valkey.StrictValkey": "valkey.Valkey",
    "valkey.client.Valkey": "valkey.Valkey",
    "valkey.client.StrictValkey": "valkey.Valkey",
    "pymongo.mongo_client.MongoClient": "pymongo.MongoClient",
    "pymongo.synchronous": "pymongo",
    "pymongo.asynchronous.mongo_client.AsyncMongoClient": "pymongo.AsyncMongoClient",
    "gridfs.synchronous": "gridfs",
    "gridfs.grid_file": "gridfs",
    "typesense.sync": "typesense",
    "mongoengine.document": "mongoengine",
    "mongoengine.queryset.queryset": "mongoengine",
    "mongoengine.queryset": "mongoengine",
    "elasticsearch._sync.client.Elasticsearch": "elasticsearch.Elasticsearch",
    "elasticsearch.client.Elasticsearch": "elasticsearch.Elasticsearch",
    "elasticsearch._sync.client.indices.IndicesClient": "elasticsearch.client.IndicesClient",
    "opensearchpy.client.OpenSearch": "opensearchpy.OpenSearch",
    "qdrant_client.qdrant_client.QdrantClient": "qdrant_client.QdrantClient",
    "neo4j._sync.driver.Driver": "neo4j.Driver",
    "diskcache.core.Cache": "diskcache.Cache",
    "pymemcache.Client": "pymemcache.client.base.Client",
    "pymemcache.client.Client": "pymemcache.client.base.Client",
}

BASES = {
    # Shares all its commands, not the class.
    "redis.cluster.RedisCluster": ("redis.Redis",),
    "redis.asyncio.cluster.RedisCluster": ("redis.asyncio.Redis",),
    "redis.BlockingConnectionPool": ("redis.ConnectionPool",),
    "redis.asyncio.BlockingConnectionPool": ("redis.asyncio.ConnectionPool",),
    "pymongo.cursor.RawBatchCursor": ("pymongo.cursor.Cursor",),
    "pymongo.command_cursor.RawBatchCommandCursor": ("pymongo.command_cursor.CommandCursor",),
    "gridfs.GridOutCursor": ("pymongo.cursor.Cursor",),
    "mongoengine.DynamicDocument": ("mongoengine.Document",),
    "diskcache.FanoutCache": ("diskcache.Cache",),
    # Passes what it does not know on to its default table.
    "tinydb.TinyDB": ("tinydb.table.Table",),
    **dict.fromkeys(
        (
            "pymemcache.client.base.PooledClient",
            "pymemcache.client.hash.HashClient",
            "pymemcache.client.retrying.RetryingClient",
        ),
        ("pymemcache.client.base.Client",),
    ),
    **dict.fromkeys(
        ("neo4j.BoltDriver", "neo4j.Neo4jDriver"),
        ("neo4j.Driver",),
    ),
    **dict.fromkeys(("filelock.FileLock", "filelock.SoftFileLock"), ("filelock.BaseFileLock",)),
}

RETURNS = {
    "etcd3.client": "etcd3.Etcd3Client",
    "redis.from_url": "redis.Redis",
    "redis.Redis.from_url": "redis.Redis",
    "redis.Redis.from_pool": "redis.Redis",
    "redis.Redis.client": "redis.Redis",
    "redis.Redis.pipeline": "redis.client.Pipeline",
    "redis.Redis.pubsub": "redis.client.PubSub",
    "redis.Redis.lock": "redis.lock.Lock",
    "redis.Redis.monitor": "redis.client.Monitor",
    "redis.cluster.RedisCluster.from_url": "redis.cluster.RedisCluster",
    "redis.cluster.RedisCluster.pipeline": "redis.cluster.ClusterPipeline",
    "redis.ConnectionPool.from_url": "redis.ConnectionPool",
    **each("redis.sentinel.Sentinel", "master_for slave_for", "redis.Redis"),
    "redis.asyncio.from_url": "redis.asyncio.Redis",
    "redis.asyncio.Redis.from_url": "redis.asyncio.Redis",
    "redis.asyncio.Redis.from_pool": "redis.asyncio.Redis",
    "redis.asyncio.Redis.client": "redis.asyncio.Redis",
    "redis.asyncio.Redis.pipeline": "redis.asyncio.client.Pipeline",
    "redis.asyncio.Redis.pubsub": "redis.asyncio.client.PubSub",
    "redis.asyncio.Redis.lock": "redis.asyncio.lock.Lock",
    "redis.asyncio.ConnectionPool.from_url": "redis.asyncio.ConnectionPool",
    "valkey.from_url": "valkey.Valkey",
    "valkey.Valkey.from_url": "valkey.Valkey",
    "valkey.Valkey.pipeline": "valkey.client.Pipeline",
    "valkey.Valkey.lock": "valkey.lock.Lock",
    **each("pymongo.MongoClient", "get_database get_default_database", "pymongo.database.Database"),
    **each(
        "pymongo.AsyncMongoClient", "get_database get_default_database", "pymongo.asynchronous.database.AsyncDatabase"
    ),
    "pymongo.asynchronous.database.AsyncDatabase.get_collection": "pymongo.asynchronous.collection.AsyncCollection",
    **each(f"{_MOTOR}Client", "get_database get_default_database", f"{_MOTOR}Database"),
    f"{_MOTOR}Database.get_collection": f"{_MOTOR}Collection",
    "pymongo.MongoClient.start_session": "pymongo.client_session.ClientSession",
    "pymongo.MongoClient.watch": "pymongo.change_stream.ChangeStream",
    **each("pymongo.database.Database", "get_collection create_collection", "pymongo.collection.Collection"),
    "pymongo.database.Database.aggregate": "pymongo.command_cursor.CommandCursor",
    "pymongo.database.Database.watch": "pymongo.change_stream.ChangeStream",
    "pymongo.collection.Collection.with_options": "pymongo.collection.Collection",
    **each("pymongo.collection.Collection", "find find_raw_batches", "pymongo.cursor.Cursor"),
    **each(
        "pymongo.collection.Collection",
        "aggregate aggregate_raw_batches list_indexes list_search_indexes",
        "pymongo.command_cursor.CommandCursor",
    ),
    "pymongo.collection.Collection.watch": "pymongo.change_stream.ChangeStream",
    **each(
        "pymongo.cursor.Cursor",
        "sort limit skip batch_size hint comment collation max min where clone rewind max_time_ms allow_disk_use",
        "pymongo.cursor.Cursor",
    ),
    "pymongo.command_cursor.CommandCursor.batch_size": "pymongo.command_cursor.CommandCursor",
    **each("gridfs.GridFS", "get get_last_version get_version find_one", "gridfs.GridOut"),
    "gridfs.GridFS.find": "gridfs.GridOutCursor",
    "gridfs.GridFSBucket.find": "gridfs.GridOutCursor",
    **each("gridfs.GridFSBucket", "open_download_stream open_download_stream_by_name", "gridfs.GridOut"),
    **each(
        "mongoengine.QuerySet",
        "filter order_by limit skip only exclude select_related all clone no_cache __call__",
        "mongoengine.QuerySet",
    ),
    "neo4j.GraphDatabase.driver": "neo4j.Driver",
    "neo4j.Driver.session": "neo4j.Session",
    "neo4j.Session.run": "neo4j.Result",
    "neo4j.Session.begin_transaction": "neo4j.Transaction",
    "neo4j.Transaction.run": "neo4j.Result",
    "neo4j.ManagedTransaction.run": "neo4j.Result",
    "cassandra.cluster.Cluster.connect": "cassandra.cluster.Session",
    "cassandra.cluster.Session.execute_async": "cassandra.cluster.ResponseFuture",
    "influxdb_client.InfluxDBClient.query_api": "influxdb_client.QueryApi",
    "influxdb_client.InfluxDBClient.delete_api": "influxdb_client.DeleteApi",
    "tinydb.TinyDB.table": "tinydb.table.Table",
    "elasticsearch.Elasticsearch.options": "elasticsearch.Elasticsearch",
    **each("meilisearch.Client", "index get_index", "meilisearch.index.Index"),
    "pinecone.Pinecone.Index": "pinecone.Index",
    **to(
        "chromadb.api.ClientAPI",
        "chromadb.Client",
        "chromadb.PersistentClient",
        "chromadb.HttpClient",
        "chromadb.EphemeralClient",
    ),
    **each(
        "chromadb.api.ClientAPI",
        "create_collection get_collection get_or_create_collection",
        "chromadb.Collection",
    ),
    **to(
        "weaviate.WeaviateClient",
        "weaviate.connect_to_local",
        "weaviate.connect_to_weaviate_cloud",
        "weaviate.connect_to_custom",
    ),
}

ATTRIBUTES = {
    "pymongo.database.Database.client": "pymongo.MongoClient",
    "pymongo.collection.Collection.database": "pymongo.database.Database",
    "elasticsearch.Elasticsearch.indices": "elasticsearch.client.IndicesClient",
    "elasticsearch.Elasticsearch.cluster": "elasticsearch.client.ClusterClient",
    "opensearchpy.OpenSearch.indices": "opensearchpy.client.indices.IndicesClient",
    "typesense.Client.collections": "typesense.collections.Collections",
    "typesense.collection.Collection.documents": "typesense.documents.Documents",
    "mongoengine.Document.objects": "mongoengine.QuerySet",
}

_ASYNC_PARTS = {
    "pymongo.AsyncMongoClient": f"{_PYMONGO}.database.AsyncDatabase",
    f"{_PYMONGO}.database.AsyncDatabase": f"{_PYMONGO}.collection.AsyncCollection",
    f"{_PYMONGO}.collection.AsyncCollection": f"{_PYMONGO}.collection.AsyncCollection",
    f"{_MOTOR}Client": f"{_MOTOR}Database",
    f"{_MOTOR}Database": f"{_MOTOR}Collection",
    f"{_MOTOR}Collection": f"{_MOTOR}Collection",
}
"""What attributes and items of async Mongo clients, databases and collections are."""

ITEMS = {
    "pymongo.MongoClient": "pymongo.database.Database",
    "pymongo.database.Database": "pymongo.collection.Collection",
    "pymongo.collection.Collection": "pymongo.collection.Collection",
    "typesense.collections.Collections": "typesense.collection.Collection",
    **_ASYNC_PARTS,
}

ANY_ATTRIBUTE = {
    **_ASYNC_PARTS,
    "pymongo.MongoClient": "pymongo.database.Database",
    "pymongo.database.Database": "pymongo.collection.Collection",
    "pymongo.collection.Collection": "pymongo.collection.Collection",
}

ITERATES = {
    "pymongo.cursor.Cursor": "session",
    "pymongo.command_cursor.CommandCursor": "session",
    "pymongo.change_stream.ChangeStream": "session",
    "gridfs.GridOut": "session",
    **each("redis.Redis", "scan_iter hscan_iter sscan_iter zscan_iter", "session"),
    **each("valkey.Valkey", "scan_iter hscan_iter sscan_iter zscan_iter", "session"),
    "redis.client.PubSub.listen": "session",
    "redis.client.Monitor.listen": "session",
    "mongoengine.QuerySet": "session",
    "neo4j.Result": "session",
    "elasticsearch.helpers.scan": "session",
    "elasticsearch.helpers.streaming_bulk": "session",
    "elasticsearch.helpers.parallel_bulk": "session",
    "opensearchpy.helpers.scan": "session",
    "opensearchpy.helpers.streaming_bulk": "session",
}

_COLLECTION_COROUTINES = (
    "find_one find_one_and_update find_one_and_replace find_one_and_delete insert_one insert_many"
    " update_one update_many replace_one delete_one delete_many bulk_write aggregate count_documents"
    " estimated_document_count distinct create_index create_indexes drop_index drop_indexes"
    " index_information list_indexes drop rename"
)
_REDIS_AWAITABLES = (
    "get set setex setnx getset getdel mget mset delete unlink exists expire expireat persist pexpire ttl"
    " pttl type keys scan incr incrby decr decrby append hget hset hsetnx hmget hmset hgetall hdel"
    " hexists hincrby hkeys hvals hlen lpush rpush lpop rpop llen lrange lrem ltrim lindex blpop brpop"
    " sadd srem smembers sismember scard spop zadd zrem zrange zrangebyscore zscore zcard zincrby zrank"
    " publish eval evalsha execute_command ping flushdb flushall info dbsize xadd xread xreadgroup xack"
    " rename aclose close"
)

COROUTINES = (
    members("redis.asyncio.Redis", _REDIS_AWAITABLES)
    | members("redis.asyncio.client.Pipeline", "execute")
    | members("redis.asyncio.client.PubSub", "subscribe psubscribe unsubscribe punsubscribe get_message aclose")
    | members("redis.asyncio.lock.Lock", "acquire release extend owned locked reacquire")
    | members("pymongo.asynchronous.collection.AsyncCollection", _COLLECTION_COROUTINES)
    | members(
        "pymongo.asynchronous.database.AsyncDatabase",
        "command list_collection_names create_collection drop_collection aggregate",
    )
    | members("pymongo.AsyncMongoClient", "close server_info list_database_names drop_database")
    | members("beanie", "init_beanie")
    | members(
        "elasticsearch.AsyncElasticsearch",
        "search index get delete update bulk count create exists mget msearch scroll ping info close",
    )
    | members("elasticsearch.helpers", "async_bulk")
)

ASYNC_CLIENTS = frozenset(
    {
        "redis.asyncio.Redis",
        "redis.asyncio.from_url",
        "redis.asyncio.Redis.from_url",
        "redis.asyncio.ConnectionPool",
        "redis.asyncio.ConnectionPool.from_url",
        "redis.asyncio.cluster.RedisCluster",
        "elasticsearch.AsyncElasticsearch",
        "opensearchpy.AsyncOpenSearch",
        "qdrant_client.AsyncQdrantClient",
        "neo4j.AsyncGraphDatabase.driver",
    }
)

NO_WAIT: dict[str, tuple[int, str, object]] = {
    # Sends nothing: the client sends in its own thread.
    "confluent_kafka.Producer.poll": (0, "timeout", 0),
    "filelock.BaseFileLock.acquire": (0, "timeout", 0),
}

FAMILY = Family(
    aliases=ALIASES,
    bases=BASES,
    returns=RETURNS,
    attributes=ATTRIBUTES,
    items=ITEMS,
    any_attribute=ANY_ATTRIBUTE,
    iterates=ITERATES,
    coroutines=COROUTINES,
    async_clients=ASYNC_CLIENTS,
    no_wait=NO_WAIT,
)
