#!/usr/bin/env escript
%% A user of Erlang's gen_sctp: one-to-many and one-to-one sockets, options, events, peeling off. It says what it has checked, a line each, and
%% then "done"; what is not as it should be ends it.
-include_lib("kernel/include/inet_sctp.hrl").

-define(PATIENCE, 10000).

main([Text]) ->
    {ok, Address} = inet:parse_address(Text),
    Family = case Address of {_, _, _, _} -> inet; _ -> inet6 end,
    one_to_many(Family, Address),
    peeled_off(Family, Address),
    one_to_one(Family, Address),
    active(Family, Address),
    options(Family, Address),
    refused(Family, Address),
    io:format("done~n").

said(What) -> io:format("~s~n", [What]).

open(Family, Address, More) -> gen_sctp:open([Family, {ip, Address}, {active, false}, {sctp_events, events()} | More]).

events() ->
    #sctp_event_subscribe{data_io_event = true, association_event = true, address_event = true, send_failure_event = true,
                          peer_error_event = true, shutdown_event = true, partial_delivery_event = true, adaptation_layer_event = true}.

%% next is what is received next. Reports that an address became reachable are passed over.
next(Socket) ->
    case gen_sctp:recv(Socket, ?PATIENCE) of
        {ok, {_, _, _, #sctp_paddr_change{state = addr_confirmed}}} -> next(Socket);
        {ok, {_, _, _, #sctp_paddr_change{state = addr_available}}} -> next(Socket);
        {ok, {_, Port, Ancillary, Data}} -> {Port, Ancillary, Data}
    end.

%% pair connects two sockets and returns them with the associations' names.
pair(Family, Address, More) ->
    {ok, Server} = open(Family, Address, More),
    ok = gen_sctp:listen(Server, true),
    {ok, Port} = inet:port(Server),
    {ok, Client} = open(Family, Address, More),
    {ok, #sctp_assoc_change{state = comm_up, assoc_id = Here, outbound_streams = Out}} = gen_sctp:connect(Client, Address, Port, []),
    true = Out > 0,
    {_, _, #sctp_assoc_change{state = comm_up, assoc_id = There}} = next(Server),
    {Server, There, Client, Here}.

one_to_many(Family, Address) ->
    {Server, There, Client, Here} = pair(Family, Address, []),
    ok = gen_sctp:send(Client, Here, 3, <<"on stream 3">>),
    {_, [#sctp_sndrcvinfo{stream = 3, assoc_id = There}], <<"on stream 3">>} = next(Server),
    ok = gen_sctp:send(Server, #sctp_sndrcvinfo{stream = 1, ppid = 77, assoc_id = There, flags = [unordered]}, "back"),
    {_, [#sctp_sndrcvinfo{stream = 1, ppid = 77, assoc_id = Here, flags = [unordered]}], <<"back">>} = next(Client),
    said("messages on streams"),
    Large = binary:copy(<<"0123456789">>, 6000),
    ok = gen_sctp:send(Client, Here, 0, Large),
    Large = whole(Server, <<>>, byte_size(Large)),
    said("a large message"),
    {error, einval} = gen_sctp:send(Client, Here, 65000, <<"no such stream">>),
    {ok, Numbers} = inet:getstat(Client, [send_cnt]),
    true = proplists:get_value(send_cnt, Numbers) >= 2,
    ok = gen_sctp:eof(Client, #sctp_assoc_change{assoc_id = Here}),
    {_, _, #sctp_shutdown_event{assoc_id = There}} = next(Server),
    {_, _, #sctp_assoc_change{state = shutdown_comp}} = next(Server),
    {_, _, #sctp_assoc_change{state = shutdown_comp, assoc_id = Here}} = next(Client),
    said("end of an association"),
    {ok, Port} = inet:port(Server),
    {ok, #sctp_assoc_change{state = comm_up, assoc_id = Again}} = gen_sctp:connect(Client, Address, Port, []),
    {_, _, #sctp_assoc_change{state = comm_up}} = next(Server),
    ok = gen_sctp:abort(Client, #sctp_assoc_change{assoc_id = Again}),
    {_, _, #sctp_assoc_change{state = comm_lost}} = next(Server),
    said("abort"),
    ok = gen_sctp:close(Client),
    ok = gen_sctp:close(Server).

whole(_, Data, Size) when byte_size(Data) =:= Size -> Data;
whole(Socket, Data, Size) ->
    {_, _, Part} = next(Socket),
    whole(Socket, <<Data/binary, Part/binary>>, Size).

peeled_off(Family, Address) ->
    {Server, There, Client, Here} = pair(Family, Address, []),
    ok = gen_sctp:send(Client, Here, 0, <<"before">>),
    {_, _, <<"before">>} = next(Server),
    {ok, Own} = gen_sctp:peeloff(Server, There),
    ok = gen_sctp:send(Client, Here, 2, <<"after">>),
    {_, [#sctp_sndrcvinfo{stream = 2}], <<"after">>} = next(Own),
    ok = gen_sctp:send(Own, There, 2, <<"and back">>),
    {_, _, <<"and back">>} = next(Client),
    ok = gen_sctp:close(Own),
    {_, _, #sctp_shutdown_event{assoc_id = Here}} = next(Client),
    said("peeling off"),
    ok = gen_sctp:close(Client),
    ok = gen_sctp:close(Server).

one_to_one(Family, Address) ->
    {ok, Server} = open(Family, Address, [{type, stream}]),
    ok = gen_sctp:listen(Server, 5),
    {ok, Port} = inet:port(Server),
    {ok, Client} = open(Family, Address, [{type, stream}]),
    {ok, #sctp_assoc_change{state = comm_up, assoc_id = Id}} = gen_sctp:connect(Client, Address, Port, []),
    ok = gen_sctp:send(Client, Id, 0, <<"to a listener">>),
    ok = gen_sctp:close(Client),
    ok = gen_sctp:close(Server),
    said("one-to-one sockets").

%% active has the sockets' owner be sent what they receive.
active(Family, Address) ->
    {Server, _, Client, Here} = pair(Family, Address, []),
    ok = inet:setopts(Server, [{active, once}]),
    ok = gen_sctp:send(Client, Here, 1, <<"once">>),
    receive {sctp, Server, Address, _, {[#sctp_sndrcvinfo{stream = 1}], <<"once">>}} -> ok after ?PATIENCE -> error(nothing) end,
    ok = inet:setopts(Server, [{active, true}]),
    [begin
         [ok = gen_sctp:send(Client, Here, N rem 10, <<N:32>>) || N <- lists:seq(Round, Round + 19)],
         [receive {sctp, Server, _, _, {_, <<N:32>>}} -> ok after ?PATIENCE -> error({missing, N}) end || N <- lists:seq(Round, Round + 19)]
     end || Round <- lists:seq(1, 200, 20)],
    ok = gen_sctp:close(Client),
    receive {sctp, Server, _, _, {_, #sctp_shutdown_event{}}} -> ok after ?PATIENCE -> error(no_shutdown) end,
    said("active sockets"),
    ok = gen_sctp:close(Server).

options(Family, Address) ->
    {Server, There, Client, Here} =
        pair(Family, Address, [{sctp_initmsg, #sctp_initmsg{num_ostreams = 5, max_instreams = 7, max_attempts = 3, max_init_timeo = 2000}},
                               {sctp_nodelay, true}, {recbuf, 100000}, {sndbuf, 100000}]),
    {ok, [{sctp_initmsg, #sctp_initmsg{num_ostreams = 5, max_instreams = 7, max_attempts = 3, max_init_timeo = 2000}}]} =
        inet:getopts(Client, [sctp_initmsg]),
    {ok, [{sctp_nodelay, true}, {linger, {false, 0}}]} = inet:getopts(Client, [sctp_nodelay, linger]),
    {ok, [{sctp_status, Status}]} = inet:getopts(Client, [{sctp_status, #sctp_status{assoc_id = Here}}]),
    #sctp_status{state = established, outstrms = 5, instrms = 5, primary = Primary} = Status,
    #sctp_paddrinfo{state = active} = Primary,
    {ok, [{sctp_rtoinfo, #sctp_rtoinfo{initial = 3000, max = 60000, min = 1000}}]} =
        inet:getopts(Client, [{sctp_rtoinfo, #sctp_rtoinfo{assoc_id = Here}}]),
    ok = inet:setopts(Client, [{sctp_rtoinfo, #sctp_rtoinfo{assoc_id = Here, initial = 500, max = 5000, min = 300}}]),
    {ok, [{sctp_rtoinfo, #sctp_rtoinfo{initial = 500, max = 5000, min = 300}}]} =
        inet:getopts(Client, [{sctp_rtoinfo, #sctp_rtoinfo{assoc_id = Here}}]),
    ok = inet:setopts(Client, [{sctp_associnfo, #sctp_assocparams{assoc_id = Here, asocmaxrxt = 4, cookie_life = 20000}}]),
    {ok, [{sctp_associnfo, #sctp_assocparams{asocmaxrxt = 4, cookie_life = 20000, number_peer_destinations = 1}}]} =
        inet:getopts(Client, [{sctp_associnfo, #sctp_assocparams{assoc_id = Here}}]),
    ok = inet:setopts(Client, [{sctp_default_send_param, #sctp_sndrcvinfo{assoc_id = Here, stream = 4, ppid = 9}}]),
    {ok, [{sctp_default_send_param, #sctp_sndrcvinfo{stream = 4, ppid = 9}}]} =
        inet:getopts(Client, [{sctp_default_send_param, #sctp_sndrcvinfo{assoc_id = Here}}]),
    ok = inet:setopts(Server, [{sctp_disable_fragments, true}, {sctp_i_want_mapped_v4_addr, false}, {sctp_adaptation_layer, #sctp_setadaptation{adaptation_ind = 8}}]),
    {ok, [{sctp_disable_fragments, true}, {sctp_i_want_mapped_v4_addr, false}]} =
        inet:getopts(Server, [sctp_disable_fragments, sctp_i_want_mapped_v4_addr]),
    ok = inet:setopts(Server, [{sctp_autoclose, 60}, {sctp_maxseg, 900}]),
    {ok, [{sctp_autoclose, 60}, {sctp_maxseg, 900}]} = inet:getopts(Server, [sctp_autoclose, sctp_maxseg]),
    {ok, Port} = inet:port(Server),
    {ok, [{sctp_peer_addr_params, #sctp_paddrparams{hbinterval = 30000, pathmaxrxt = 5}}]} =
        inet:getopts(Client, [{sctp_peer_addr_params, #sctp_paddrparams{assoc_id = Here, address = {Address, Port}}}]),
    ok = inet:setopts(Client, [{sctp_peer_addr_params, #sctp_paddrparams{assoc_id = Here, address = {Address, Port}, hbinterval = 7000, pathmaxrxt = 2, flags = [hb_enable]}}]),
    {ok, [{sctp_peer_addr_params, #sctp_paddrparams{hbinterval = 7000, pathmaxrxt = 2}}]} =
        inet:getopts(Client, [{sctp_peer_addr_params, #sctp_paddrparams{assoc_id = Here, address = {Address, Port}}}]),
    {ok, [{sctp_get_peer_addr_info, #sctp_paddrinfo{state = active}}]} =
        inet:getopts(Client, [{sctp_get_peer_addr_info, #sctp_paddrinfo{assoc_id = Here, address = {Address, Port}}}]),
    ok = inet:setopts(Client, [{sctp_primary_addr, #sctp_prim{assoc_id = Here, addr = {Address, Port}}}]),
    {ok, [{Address, Port}]} = inet:peernames(Client, Here),
    {ok, [{Address, Port}]} = inet:socknames(Server, There),
    said("options"),
    ok = gen_sctp:close(Client),
    ok = gen_sctp:close(Server).

refused(Family, Address) ->
    {ok, Socket} = open(Family, Address, []),
    {ok, Gone} = open(Family, Address, []),
    {ok, Port} = inet:port(Gone),
    ok = gen_sctp:close(Gone),
    case gen_sctp:connect(Socket, Address, Port, []) of
        {error, #sctp_assoc_change{state = cant_assoc}} -> ok;
        {error, econnrefused} -> ok
    end,
    said("refusal"),
    ok = gen_sctp:close(Socket).
