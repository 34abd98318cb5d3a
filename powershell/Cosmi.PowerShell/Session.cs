using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>What the module remembers, per runspace: parallel runspaces must not change each other's account.</summary>
    internal sealed class Session
    {
        private static readonly ConditionalWeakTable<Runspace, Session> Sessions = new ConditionalWeakTable<Runspace, Session>();
        // For a host that runs commands without a runspace of its own.
        private static readonly Session Shared = new Session();

        private Client? _default;
        private bool _isOwn;
        private string?[] _variables = Array.Empty<string?>();

        internal static Session Current
        {
            get
            {
                Runspace? runspace = Runspace.DefaultRunspace;
                return runspace == null ? Shared : Sessions.GetOrCreateValue(runspace);
            }
        }

        /// <summary>The names seen so far, for completion.</summary>
        internal NameCache Names { get; } = new NameCache();

        /// <summary>
        /// The client of commands that are given none. Outside Windows a client has the variables of its making, so the session's own is made anew when
        /// $env: has changed; the former one may still be in use in this pipeline, so it is only let go.
        /// </summary>
        internal Client DefaultClient()
        {
            if (_default != null && !_isOwn)
            {
                return _default;
            }

            string?[] variables = HostVariables.Values();
            if (_default == null || !variables.SequenceEqual(_variables))
            {
                _default = new Client(new CosmiOptions());
                _isOwn = true;
                _variables = variables;
            }

            return _default;
        }

        /// <summary>Makes a client the default. The former one may still be in use, in this pipeline or elsewhere, so it is only let go.</summary>
        internal void Connect(Client client)
        {
            _default = client;
            _isOwn = false;
        }

        /// <summary>Ends the default client, or the given one.</summary>
        internal void Disconnect(Client? client)
        {
            Client? ended = client ?? _default;
            ended?.Dispose();
            if (ReferenceEquals(ended, _default))
            {
                _default = null;
                _isOwn = false;
            }
        }
    }

    /// <summary>Removing the module ends the default client of its runspace.</summary>
    public sealed class ModuleCleanup : IModuleAssemblyCleanup
    {
        /// <inheritdoc/>
        public void OnRemove(PSModuleInfo psModuleInfo) => Session.Current.Disconnect(null);
    }
}
