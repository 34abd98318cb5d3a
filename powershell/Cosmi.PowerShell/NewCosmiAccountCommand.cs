using System.Collections;
using System.Collections.Specialized;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Makes an account; one that exists with the same definition stays as it is.</summary>
    [Cmdlet(VerbsCommon.New, "CosmiAccount", SupportsShouldProcess = true)]
    [OutputType("Cosmi.Account")]
    public sealed class NewCosmiAccountCommand : CosmiClientCmdlet
    {
        /// <summary>The account's name, unique in all of Azure.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("AccountName")]
        public string Name { get; set; } = string.Empty;

        /// <summary>The resource group to make it in.</summary>
        [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
        [Alias("ResourceGroup")]
        [ArgumentCompleter(typeof(ResourceGroupNameCompleter))]
        public string ResourceGroupName { get; set; } = string.Empty;

        /// <summary>The regions, the one for writing first.</summary>
        [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(LocationCompleter))]
        public string[] Location { get; set; } = System.Array.Empty<string>();

        /// <summary>The subscription; without it that of the client, or of this machine.</summary>
        [Parameter(ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(SubscriptionIdCompleter))]
        public string? SubscriptionId { get; set; }

        /// <summary>The consistency that readers get unless they ask for less.</summary>
        [Parameter]
        [ValidateSet("Strong", "BoundedStaleness", "Session", "ConsistentPrefix", "Eventual")]
        public string? ConsistencyLevel { get; set; }

        /// <summary>Takes the free tier, which one account of a subscription may have.</summary>
        [Parameter]
        public SwitchParameter FreeTier { get; set; }

        /// <summary>Pays for each request instead of for throughput.</summary>
        [Parameter]
        public SwitchParameter Serverless { get; set; }

        /// <summary>Turns keys off: only identities may use the data.</summary>
        [Parameter]
        public SwitchParameter DisableLocalAuth { get; set; }

        /// <summary>Keeps the data of each region in several of its zones.</summary>
        [Parameter]
        public SwitchParameter ZoneRedundant { get; set; }

        /// <summary>The account's tags.</summary>
        [Parameter]
        public Hashtable? Tag { get; set; }

        /// <summary>Does not wait until Azure is done.</summary>
        [Parameter]
        public SwitchParameter NoWait { get; set; }

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            string name = Name;
            string group = ResourceGroupName;
            string? subscription = SubscriptionId ?? Connection.SubscriptionId;
            string definition = JsonWriter.Write(Definition());
            var account = new CosmiAccountReference { SubscriptionId = subscription ?? AnySubscription, ResourceGroup = group, Name = name };
            Task<CosmiResources> Create(CosmiCallOptions options, CancellationToken stop) =>
                Connection.Native.CreateAccountAsync(account, definition, !NoWait, options, stop);
            if (!ShouldSend(name, $"Create account {name}", $"PUT {ArmPath.Account(subscription ?? "(this machine's)", group, name)} {definition}", Create))
            {
                return;
            }

            subscription = account.SubscriptionId = Subscription(SubscriptionId, name);
            Enqueue(
                name,
                Create,
                made =>
                {
                    NameCache names = Session.Current.Names;
                    names.Add(NameKind.Subscription, subscription);
                    names.Add(NameKind.ResourceGroup, group);
                    names.Add(NameKind.Account, name);
                    PSObject document = Document.MadeAccount(made);
                    names.Add(NameKind.Location, document.Properties["location"]?.Value as string);
                    WriteObject(document);
                });
        }

        private OrderedDictionary Definition()
        {
            var properties = new OrderedDictionary
            {
                { "databaseAccountOfferType", "Standard" },
                {
                    "locations",
                    Location.Select((location, priority) => new OrderedDictionary
                    {
                        { "locationName", location },
                        { "failoverPriority", priority },
                        { "isZoneRedundant", ZoneRedundant },
                    }).ToArray()
                },
            };
            if (ConsistencyLevel != null)
            {
                properties.Add("consistencyPolicy", new OrderedDictionary { { "defaultConsistencyLevel", ConsistencyLevel } });
            }

            if (FreeTier)
            {
                properties.Add("enableFreeTier", true);
            }

            if (Serverless)
            {
                properties.Add("capabilities", new[] { new OrderedDictionary { { "name", "EnableServerless" } } });
            }

            if (DisableLocalAuth)
            {
                properties.Add("disableLocalAuth", true);
            }

            var definition = new OrderedDictionary { { "location", Location[0] }, { "kind", "GlobalDocumentDB" } };
            if (Tag != null)
            {
                var tags = new OrderedDictionary();
                foreach (DictionaryEntry tag in Tag)
                {
                    // Azure's tags are texts.
                    tags.Add(LanguagePrimitives.ConvertTo<string>(tag.Key), LanguagePrimitives.ConvertTo<string>(tag.Value));
                }

                definition.Add("tags", tags);
            }

            definition.Add("properties", properties);
            return definition;
        }
    }
}
