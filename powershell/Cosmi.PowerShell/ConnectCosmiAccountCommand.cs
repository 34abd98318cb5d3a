using System;
using System.IO;
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
        [OneOf(typeof(CosmiIdentitySource))]
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

        /// <summary>What tokens for Azure Resource Manager are for, in a private cloud.</summary>
        [Parameter]
        [ArgumentCompleter(typeof(ArmAudienceCompleter))]
        public string? ArmAudience { get; set; }

        /// <summary>Where workload identities sign in, in a private cloud.</summary>
        [Parameter]
        [ArgumentCompleter(typeof(LoginEndpointCompleter))]
        public string? LoginEndpoint { get; set; }

        /// <summary>What follows an account's name in the host of its endpoint, in a private cloud.</summary>
        [Parameter]
        [ArgumentCompleter(typeof(CosmosSuffixCompleter))]
        public string? CosmosSuffix { get; set; }

        /// <summary>The metadata service's address, where it is not the usual one.</summary>
        [Parameter]
        public string? MetadataEndpoint { get; set; }

        /// <summary>A PEM file with the certificates to trust instead of the system's.</summary>
        [Parameter]
        public string? CaCertificatePath { get; set; }

        /// <summary>How many seconds an update of the metadata service is waited for.</summary>
        [Parameter]
        [ValidateRange(1, 86400)]
        public int UpdateWaitSec { get; set; }

        /// <summary>How many seconds one operation of this client may take.</summary>
        [Parameter]
        [ValidateRange(1, 86400)]
        public int TimeoutSec { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            SecureString? key = null;
            Client client;
            try
            {
                key = Key?.Copy();
                client = new Client(new CosmiOptions
                {
                    IdentitySource = IdentitySource,
                    ClientId = ClientId,
                    ObjectId = ObjectId,
                    ResourceId = ResourceId,
                    Cloud = Cloud,
                    ArmEndpoint = ArmEndpoint,
                    ArmAudience = ArmAudience,
                    LoginEndpoint = LoginEndpoint,
                    CosmosSuffix = CosmosSuffix,
                    MetadataEndpoint = MetadataEndpoint,
                    CaCertificates = Certificates(),
                    UpdateWait = Seconds(UpdateWaitSec),
                    Timeout = Seconds(TimeoutSec),
                });
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                key?.Dispose();
                ThrowTerminatingError(Errors.Record(exception, ClientId ?? ObjectId ?? ResourceId ?? AccountName));
                return;
            }

            client.AccountName = AccountName;
            client.SubscriptionId = SubscriptionId;
            client.ResourceGroupName = ResourceGroupName;
            client.Endpoint = Endpoint;
            client.Key = key;

            Session session = Session.Current;
            session.Connect(client);
            session.Names.Add(NameKind.Account, AccountName);
            session.Names.Add(NameKind.Subscription, SubscriptionId);
            session.Names.Add(NameKind.ResourceGroup, ResourceGroupName);
            session.Names.Add(NameKind.Endpoint, Endpoint);
            WriteObject(client);
        }

        private static TimeSpan? Seconds(int count) => count > 0 ? TimeSpan.FromSeconds(count) : (TimeSpan?)null;

        /// <summary>What is in the file is the library's to judge.</summary>
        private byte[]? Certificates()
        {
            if (CaCertificatePath == null)
            {
                return null;
            }

            string path = GetUnresolvedProviderPathFromPSPath(CaCertificatePath);
            try
            {
                return File.ReadAllBytes(path);
            }
            catch (Exception exception) when (exception is IOException || exception is UnauthorizedAccessException)
            {
                throw new RefusalException(
                    $"the certificates in '{path}' cannot be read: {exception.Message}",
                    "give -CaCertificatePath a readable file of certificates in PEM form");
            }
        }
    }
}
