using System;
using System.Management.Automation;
using System.Security;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Makes a client with these settings and makes it the runspace's default. Nothing is asked yet.</summary>
    [Cmdlet(VerbsCommunications.Connect, "CosmiAccount", DefaultParameterSetName = SystemSet)]
    [OutputType(typeof(Client))]
    public sealed class ConnectCosmiAccountCommand : CosmiCmdlet
    {
        private const string SystemSet = "SystemAssigned";
        private const string ClientIdSet = "ClientId";
        private const string ObjectIdSet = "ObjectId";
        private const string ResourceIdSet = "ResourceId";

        /// <summary>The account commands use unless they name one.</summary>
        [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(AccountNameCompleter))]
        public string? AccountName { get; set; }

        /// <summary>That account's subscription.</summary>
        [Parameter(ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(SubscriptionIdCompleter))]
        public string? SubscriptionId { get; set; }

        /// <summary>That account's resource group.</summary>
        [Parameter(ValueFromPipelineByPropertyName = true)]
        [Alias("ResourceGroup")]
        [ArgumentCompleter(typeof(ResourceGroupNameCompleter))]
        public string? ResourceGroupName { get; set; }

        /// <summary>That account's endpoint.</summary>
        [Parameter]
        [ArgumentCompleter(typeof(EndpointCompleter))]
        public string? Endpoint { get; set; }

        /// <summary>A key of that account.</summary>
        [Parameter]
        [Secret]
        public SecureString? Key { get; set; }

        /// <summary>Where tokens are to come from.</summary>
        [Parameter]
        public CosmiIdentitySource IdentitySource { get; set; }

        /// <summary>The client id of a user-assigned identity.</summary>
        [Parameter(ParameterSetName = ClientIdSet, Mandatory = true)]
        public string? ClientId { get; set; }

        /// <summary>The object id of a user-assigned identity.</summary>
        [Parameter(ParameterSetName = ObjectIdSet, Mandatory = true)]
        [Alias("PrincipalId")]
        public string? ObjectId { get; set; }

        /// <summary>The resource id of a user-assigned identity.</summary>
        [Parameter(ParameterSetName = ResourceIdSet, Mandatory = true)]
        public string? ResourceId { get; set; }

        /// <summary>The cloud.</summary>
        [Parameter]
        [Alias("Environment")]
        [ArgumentCompleter(typeof(CloudCompleter))]
        public string? Cloud { get; set; }

        /// <summary>Azure Resource Manager's address, where it is not the cloud's.</summary>
        [Parameter]
        public string? ArmEndpoint { get; set; }

        /// <summary>The metadata service's address, where it is not the usual one.</summary>
        [Parameter]
        public string? MetadataEndpoint { get; set; }

        /// <summary>A PEM file with the certificates to trust instead of the system's.</summary>
        [Parameter]
        public string? CaCertificatePath { get; set; }

        /// <summary>How many seconds one operation of this client may take.</summary>
        [Parameter]
        [ValidateRange(1, 86400)]
        public int TimeoutSec { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            Client client;
            try
            {
                client = new Client(new CosmiOptions
                {
                    IdentitySource = IdentitySource,
                    ClientId = ClientId,
                    ObjectId = ObjectId,
                    ResourceId = ResourceId,
                    Cloud = Cloud,
                    ArmEndpoint = ArmEndpoint,
                    MetadataEndpoint = MetadataEndpoint,
                    CaCertificates = Certificates(),
                    Timeout = TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : (TimeSpan?)null,
                });
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                ThrowTerminatingError(Errors.Record(exception, ClientId ?? ObjectId ?? ResourceId ?? AccountName));
                return;
            }

            client.AccountName = AccountName;
            client.SubscriptionId = SubscriptionId;
            client.ResourceGroupName = ResourceGroupName;
            client.Endpoint = Endpoint;
            client.Key = Key?.Copy();

            Session session = Session.Current;
            session.Connect(client);
            session.Names.Add(NameKind.Account, AccountName);
            session.Names.Add(NameKind.Subscription, SubscriptionId);
            session.Names.Add(NameKind.ResourceGroup, ResourceGroupName);
            session.Names.Add(NameKind.Endpoint, Endpoint);
            WriteObject(client);
        }

        private byte[]? Certificates() => CaCertificatePath == null ? null : CertificateFile.Read(
            GetUnresolvedProviderPathFromPSPath(CaCertificatePath),
            "give -CaCertificatePath a readable file of certificates in PEM form");
    }
}
