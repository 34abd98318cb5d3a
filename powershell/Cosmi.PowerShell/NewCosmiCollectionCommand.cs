using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Makes collections; those that exist with the same definition stay as they are.</summary>
    [Cmdlet(VerbsCommon.New, "CosmiCollection", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true)]
    [Alias("New-CosmiContainer")]
    [OutputType("Cosmi.CollectionResource")]
    public sealed class NewCosmiCollectionCommand : CosmiResourceCmdlet
    {
        /// <summary>The database.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("DatabaseName")]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(DatabaseCompleter))]
        [AfterResourceId]
        public string Database { get; set; } = string.Empty;

        /// <summary>The collections' names.</summary>
        [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Collection", "Container")]
        [AllowEmptyString]
        [Names]
        public string[] Name { get; set; } = Array.Empty<string>();

        /// <summary>The path of the partition key; with two or three the partition key is hierarchical.</summary>
        [Parameter(Mandatory = true, Position = 2)]
        [ValidateCount(1, 3)]
        public string[] PartitionKeyPath { get; set; } = Array.Empty<string>();

        /// <summary>The indexing policy: JSON, or a hashtable or object of the same shape.</summary>
        [Parameter]
        public object? IndexingPolicy { get; set; }

        /// <summary>A file with the indexing policy (JSON).</summary>
        [Parameter]
        public string? IndexingPolicyPath { get; set; }

        /// <summary>After how many seconds documents expire; -1: only those that say so themselves.</summary>
        [Parameter]
        [ValidateRange(-1, int.MaxValue)]
        public int DefaultTtl { get; set; }

        /// <summary>The unique keys: each a path, or several with commas between them.</summary>
        [Parameter]
        public string[]? UniqueKey { get; set; }

        /// <summary>Throughput of its own, always so much.</summary>
        [Parameter]
        [ValidateRange(1, int.MaxValue)]
        public int Throughput { get; set; }

        /// <summary>Throughput of its own, so much at most.</summary>
        [Parameter]
        [ValidateRange(1, int.MaxValue)]
        public int MaxThroughput { get; set; }

        /// <summary>Does not wait until Azure is done.</summary>
        [Parameter]
        public SwitchParameter NoWait { get; set; }

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiThroughput? throughput = Wished(Throughput, MaxThroughput);
            OrderedDictionary definition;
            try
            {
                definition = Definition();
            }
            catch (RefusalException exception)
            {
                // The same for every input.
                ThrowTerminatingError(Errors.Record(exception, IndexingPolicyPath));
                return;
            }

            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            string database = Database;
            string json = JsonWriter.Write(definition);
            foreach (string given in Name)
            {
                string? name = Needed(given, "collection");
                Task<CosmiResources> Create(CosmiCallOptions options, CancellationToken stop) =>
                    Connection.Native.CreateCollectionAsync(account, database, name!, json, throughput, !NoWait, options, stop);
                if (name != null && ShouldSend(
                    name,
                    $"Create collection {name} in database {database} of account {Target(account)}",
                    $"PUT {ArmPath.Collection(account, database, name)} {ArmBody.Resource(name, definition, throughput)}",
                    Create))
                {
                    Enqueue(
                        name,
                        Create,
                        made =>
                        {
                            Remember(account.Name, database, name);
                            WriteObject(ResourceDocument.Collection(made.Json.FirstOrDefault(), account, database, name, made.Change));
                        });
                }
            }
        }

        private OrderedDictionary Definition()
        {
            var definition = new OrderedDictionary
            {
                {
                    "partitionKey",
                    new OrderedDictionary
                    {
                        { "paths", PartitionKeyPath },
                        { "kind", PartitionKeyPath.Length == 1 ? "Hash" : "MultiHash" },
                        { "version", 2 },
                    }
                },
            };
            object? policy = Policy();
            if (policy != null)
            {
                definition.Add("indexingPolicy", policy);
            }

            if (MyInvocation.BoundParameters.ContainsKey(nameof(DefaultTtl)))
            {
                definition.Add("defaultTtl", DefaultTtl);
            }

            if (UniqueKey != null)
            {
                IEnumerable<OrderedDictionary> keys = UniqueKey.Select(key => new OrderedDictionary { { "paths", key.Split(',').Select(path => path.Trim()).ToArray() } });
                definition.Add("uniqueKeyPolicy", new OrderedDictionary { { "uniqueKeys", keys.ToArray() } });
            }

            return definition;
        }

        private object? Policy()
        {
            if (IndexingPolicyPath == null)
            {
                return IndexingPolicy == null ? null : Json(IndexingPolicy, "-IndexingPolicy");
            }

            if (IndexingPolicy != null)
            {
                throw new RefusalException("there are two indexing policies", "give -IndexingPolicy or -IndexingPolicyPath, not both");
            }

            string path = GetUnresolvedProviderPathFromPSPath(IndexingPolicyPath);
            try
            {
                return Json(File.ReadAllText(path), "the file");
            }
            catch (Exception exception) when (exception is IOException || exception is UnauthorizedAccessException)
            {
                throw new RefusalException($"the indexing policy in '{path}' cannot be read: {exception.Message}", "give -IndexingPolicyPath a readable file");
            }
        }

        /// <summary>JSON as it is, once it is known to be JSON; anything else as JSON.</summary>
        private static object Json(object policy, string place)
        {
            object plain = policy is PSObject wrapped ? wrapped.BaseObject : policy;
            try
            {
                if (plain is string text)
                {
                    if (JsonReader.Read(text) is var read && (read is PSObject || read is OrderedDictionary))
                    {
                        return new JsonWriter.Raw(text.Trim());
                    }
                }
                else
                {
                    string json = JsonWriter.Write(policy);
                    if (json[0] == '{')
                    {
                        return new JsonWriter.Raw(json);
                    }
                }
            }
            catch (FormatException exception)
            {
                throw new RefusalException($"the indexing policy is not usable: {exception.Message}", $"look at {place}: it takes JSON, or a hashtable of the same shape");
            }

            throw new RefusalException("the indexing policy is no object", $"look at {place}: it takes JSON like {{\"indexingMode\":\"consistent\"}}, or a hashtable of the same shape");
        }
    }
}
