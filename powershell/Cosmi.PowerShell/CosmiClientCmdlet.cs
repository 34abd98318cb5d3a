using System;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>A command that works through a client: the one it is given, else the runspace's own.</summary>
    public abstract class CosmiClientCmdlet : CosmiCmdlet
    {
        // Making or deleting an account takes Azure many minutes.
        private static readonly TimeSpan ChangeTime = TimeSpan.FromMinutes(30);

        /// <summary>Stands for this machine's own subscription in a check, before that is asked for.</summary>
        private protected static readonly string AnySubscription = Guid.Empty.ToString();

        private Client? _client;
        private string? _ownSubscription;

        /// <summary>The client to use, from Connect-CosmiAccount.</summary>
        [Parameter]
        [ValidateNotNull]
        public Client? Client { get; set; }

        /// <summary>How many seconds one operation may take, retries included.</summary>
        [Parameter]
        [ValidateRange(1, 86400)]
        public int TimeoutSec { get; set; }

        private protected override TimeSpan? Timeout => TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec)
            : Changes ? Connection.Timeout ?? ChangeTime
            : (TimeSpan?)null;

        /// <summary>
        /// The client of this call; made on first use, so that a single line needs no Connect-CosmiAccount. First use is the first input:
        /// a Connect-CosmiAccount earlier in the pipeline has run by then.
        /// </summary>
        private protected Client Connection => _client ?? (_client = Usable());

        /// <summary>What a token for Azure Resource Manager is for: as the client was told, else the cloud's, which is asked once for each client.</summary>
        private protected string ArmAudience(Func<CosmiEnvironment> environment)
        {
            Client client = Connection;
            if (client.ArmAudience != null)
            {
                return client.ArmAudience;
            }

            if (client.CloudAudience == null)
            {
                client.CloudAudience = AzureCloud.Named(environment().Cloud).ArmAudience;
            }

            return client.CloudAudience;
        }

        /// <summary>A subscription: the one that is named, else the client's, else this machine's, which is asked once.</summary>
        private protected string Subscription(string? named, string? target)
        {
            string? subscription = named ?? Connection.SubscriptionId ?? _ownSubscription;
            if (subscription == null)
            {
                subscription = _ownSubscription = Require(target, Connection.Native.GetEnvironmentAsync).SubscriptionId;
            }

            if (subscription == null)
            {
                Refuse("no subscription is named, and this machine does not tell its own", "give -SubscriptionId", target);
            }

            return subscription!;
        }

        /// <inheritdoc/>
        protected override void BeginProcessing()
        {
            base.BeginProcessing();
            // Where there is no usable client, an empty pipeline says so too.
            Usable();
            if (!string.IsNullOrEmpty(System.Environment.GetEnvironmentVariable("COSMI_LIBRARY")))
            {
                WriteVerbose("the native library is the one that COSMI_LIBRARY names: " + CosmiLibrary.Path);
            }
        }

        private Client Usable()
        {
            try
            {
                Client client = Client ?? Session.Current.DefaultClient();
                client.ThrowIfDisposed();
                return client;
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                ThrowTerminatingError(Errors.Record(exception, null));
                throw;
            }
        }
    }
}
