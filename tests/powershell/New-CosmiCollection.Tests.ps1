BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'New-CosmiCollection' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name New-CosmiCollection | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
            '-Database|DatabaseName [String] All!@0<name'
            '-DefaultTtl [Int32] All'
            '-IndexingPolicy [Object] All'
            '-IndexingPolicyPath [String] All'
            '-MaxThroughput [Int32] All'
            '-Name|Collection|Container [String[]] All!@1<value<name'
            '-NoWait [SwitchParameter] All'
            '-PartitionKeyPath [String[]] All!@2'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-Throughput [Int32] All'
            '-TimeoutSec [Int32] All'
            '-UniqueKey [String[]] All'
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    It 'makes a collection, and the second time says that it is so already' {
        $splat = @{ AccountName = 'myaccount'; Database = 'Test'; Name = 'Orders'; PartitionKeyPath = '/id'; Throughput = 400 }
        $made = New-CosmiCollection @splat
        $made.PSObject.TypeNames[0] | Should -Be 'Cosmi.CollectionResource'
        $made.Change | Should -Be 'New'
        $made.Name | Should -Be 'Orders'
        $made.Database | Should -Be 'Test'
        $made.AccountName | Should -Be 'myaccount'
        $made.PartitionKeyPath | Should -Be '/id'
        $again = New-CosmiCollection @splat
        $again.Change | Should -Be 'AlreadySo'
        $again | Out-String | Should -BeLike '*Orders*already so*'
        $again._rid | Should -Be $made._rid
        @(Get-Change -Simulator $simulator).Count | Should -Be 1
        (Get-CosmiCollection -AccountName myaccount -Database Test -Name Orders).Throughput | Should -Be 400
    }

    It 'sends <What>' -ForEach @(
        @{ What = 'one path as a hash'; Arguments = @{ PartitionKeyPath = '/id' }; Member = 'partitionKey'; Json = '{"paths":["/id"],"kind":"Hash","version":2}' }
        @{ What = 'two paths as a hierarchy'; Arguments = @{ PartitionKeyPath = '/a', '/b' }; Member = 'partitionKey'; Json = '{"paths":["/a","/b"],"kind":"MultiHash","version":2}' }
        @{ What = 'three paths as a hierarchy'; Arguments = @{ PartitionKeyPath = '/a', '/b', '/c' }; Member = 'partitionKey'; Json = '{"paths":["/a","/b","/c"],"kind":"MultiHash","version":2}' }
        @{ What = 'a time to live'; Arguments = @{ PartitionKeyPath = '/id'; DefaultTtl = 60 }; Member = 'defaultTtl'; Json = '60' }
        @{ What = 'a time to live that documents name'; Arguments = @{ PartitionKeyPath = '/id'; DefaultTtl = -1 }; Member = 'defaultTtl'; Json = '-1' }
        @{ What = 'unique keys'; Arguments = @{ PartitionKeyPath = '/id'; UniqueKey = '/email', '/first, /last' }; Member = 'uniqueKeyPolicy'; Json = '{"uniqueKeys":[{"paths":["/email"]},{"paths":["/first","/last"]}]}' }
        @{ What = 'an indexing policy of JSON'; Arguments = @{ PartitionKeyPath = '/id'; IndexingPolicy = ' {"indexingMode":"none","automatic":false} ' }; Member = 'indexingPolicy'; Json = '{"indexingMode":"none","automatic":false}' }
        @{ What = 'an indexing policy of a hashtable'; Arguments = @{ PartitionKeyPath = '/id'; IndexingPolicy = @{ includedPaths = @(@{ path = '/*' }); excludedPaths = @(@{ path = '/"_etag"/?' }) } }; Member = 'indexingPolicy'; Json = '{"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/\"_etag\"/?"}]}' }
        @{ What = 'an indexing policy of an object'; Arguments = @{ PartitionKeyPath = '/id'; IndexingPolicy = [pscustomobject]@{ automatic = $true; compositeIndexes = @() } }; Member = 'indexingPolicy'; Json = '{"automatic":true,"compositeIndexes":[]}' }
    ) {
        $made = New-CosmiCollection -AccountName myaccount -Database Test -Name Orders @Arguments
        $made.Change | Should -Be 'New'
        $sent = (Get-Change -Simulator $simulator).Body | ConvertFrom-Json
        ConvertTo-Canonical -Json (ConvertTo-Json -InputObject @{ value = $sent.properties.resource.$Member } -Depth 10) | Should -Be (ConvertTo-Canonical -Json "{`"value`":$Json}")
        (New-CosmiCollection -AccountName myaccount -Database Test -Name Orders @Arguments).Change | Should -Be 'AlreadySo'
    }

    It 'reads an indexing policy from a file' {
        $path = Join-Path -Path ([string] $TestDrive) -ChildPath 'policy.json'
        [System.IO.File]::WriteAllText($path, '{"indexingMode":"none","automatic":false}')
        $made = New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath /id -IndexingPolicyPath $path
        $made.indexingPolicy.indexingMode | Should -Be 'none'
    }

    It 'gives it autoscale' {
        $null = New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath /id -MaxThroughput 1000
        (Get-CosmiCollection -AccountName myaccount -Database Test -Name Orders).MaxThroughput | Should -Be 1000
    }

    It 'takes names and databases from the pipeline, and can be called by the other word' {
        @(('O1', 'O2' | New-CosmiContainer -AccountName myaccount -Database Test -PartitionKeyPath /id).Name) | Should -Be @('O1', 'O2')
        (Get-CosmiDatabase -AccountName serverlessaccount -Name Test | New-CosmiCollection -Name O3 -PartitionKeyPath /id).AccountName | Should -Be 'serverlessaccount'
    }

    It 'tells the difference where it is there otherwise, and changes nothing' {
        $failure = Invoke-Failing { New-CosmiCollection -AccountName myaccount -Database Test -Name Test -PartitionKeyPath /other -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Conflict'
        $failure.Category | Should -Be 'ResourceExists'
        $failure.Target | Should -Be 'Test'
        $failure.Message | Should -BeLike '*paths?0? is "/id", not "/other"*'
        Get-Change -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'says what to do where it has no throughput of its own' {
        $failure = Invoke-Failing { New-CosmiCollection -AccountName myaccount -Database Shared -Name Orders -PartitionKeyPath /customerId -Throughput 400 -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Conflict'
        $failure.Message | Should -BeLike '*(it is none of its own, not 400 RU/s)'
        $failure.Action | Should -BeLike 'leave throughput out*'
    }

    It 'finds the same unique keys in another order' {
        $null = New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath /id -UniqueKey '/a', '/b,/c'
        (New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath /id -UniqueKey '/c,/b', '/a').Change | Should -Be 'AlreadySo'
    }

    It 'does not wait with -NoWait' {
        $accepted = New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath /id -NoWait
        $accepted.Change | Should -Be 'Accepted'
        $accepted.Name | Should -Be 'Orders'
    }

    It 'prints with -WhatIf what it sends without' {
        $script = {
            New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath /id -Throughput 400 -DefaultTtl 60 -UniqueKey /a
            New-CosmiCollection -AccountName myaccount -Database Test -Name '100% new' -PartitionKeyPath /a, /b -IndexingPolicy '{"indexingMode":"none","automatic":false}'
        }
        $printed = Get-WhatIf -Script "`$WhatIfPreference = `$true; $script"
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        $null = & $script
        Assert-Sent -Printed $printed -Sent (Get-Change -Simulator $simulator)
    }

    It 'refuses <What> before anything is sent' -ForEach @(
        @{ What = 'a policy that is no JSON'; Arguments = @{ IndexingPolicy = '{"a":' } }
        @{ What = 'a policy that is no object'; Arguments = @{ IndexingPolicy = '[]' } }
        @{ What = 'a policy of something else'; Arguments = @{ IndexingPolicy = 5 } }
        @{ What = 'a value there is no JSON for'; Arguments = @{ IndexingPolicy = @{ a = [double]::NaN } } }
        @{ What = 'a file that is not there'; Arguments = @{ IndexingPolicyPath = 'no-such-file.json' } }
        @{ What = 'two policies'; Arguments = @{ IndexingPolicy = '{}'; IndexingPolicyPath = 'no-such-file.json' } }
        @{ What = 'two kinds of throughput'; Arguments = @{ Throughput = 400; MaxThroughput = 1000 } }
        @{ What = 'throughput that is none'; Arguments = @{ Throughput = 100 } }
    ) {
        $failure = Invoke-Failing { New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath /id @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Category | Should -Be 'InvalidArgument'
        $failure.Action | Should -Not -BeNullOrEmpty
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'refuses <Path>, which is no path, before anything is sent' -ForEach @(
        @{ Path = 'id' }
        @{ Path = '/a,/b' }
        @{ Path = '/a/' }
        @{ Path = '/a/*' }
    ) {
        $failure = Invoke-Failing { New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath $Path -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -Be "'$Path' is not a path in a document"
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'says that its database is not there' {
        $failure = Invoke-Failing { New-CosmiCollection -AccountName myaccount -Database Tset -Name Orders -PartitionKeyPath /id -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.NotFound'
        $failure.Target | Should -Be 'Orders'
    }
}
